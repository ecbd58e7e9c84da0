import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import TestKit

/// What the line's own course never calls, or what the world does by itself: no steps of their own.
extension ModelLedger {
    func wake(limit: Int, now: Date) async throws(LedgerFailure) -> [WokenCommand] {
        try await world.ledger.wake(limit: limit, now: now)
    }

    func wakeSuspect(now: Date) async throws(LedgerFailure) -> WokenCommand? {
        try await world.ledger.wakeSuspect(now: now)
    }

    func nextDue() async throws(LedgerFailure) -> Date? { try await world.ledger.nextDue() }

    func unannounced(
        endedBefore: Date,
        skipping: Int,
        limit: Int
    ) async throws(LedgerFailure) -> [StoredOutcome] {
        try await world.ledger.unannounced(endedBefore: endedBefore, skipping: skipping, limit: limit)
    }

    func extendPatience(by seconds: Double) async throws(LedgerFailure) {
        try await world.ledger.extendPatience(by: seconds)
    }

    func prune(endedBefore: Date, limit: Int) async throws(LedgerFailure) -> Int {
        try await world.ledger.prune(endedBefore: endedBefore, limit: limit)
    }

    func subscription(_ id: SubscriptionID) async throws(LedgerFailure) -> KnownSubscription? {
        try await world.ledger.subscription(id)
    }

    func close() async {}

    func orders(matching filter: OrderFilter) async throws(LedgerFailure) -> [OrderRecord] {
        try await world.ledger.orders(matching: filter)
    }

    func caseFile(of identity: CommandIdentity) async throws(LedgerFailure) -> CaseFile? { nil }

    func orders(withID id: String) async throws(LedgerFailure) -> [OrderRecord] {
        try await world.ledger.orders(withID: id)
    }

    func statistics() async throws(LedgerFailure) -> LedgerStatistics { try await world.ledger.statistics() }

    func note(of key: String) async throws(LedgerFailure) -> LetterNote? { try await world.ledger.note(of: key) }

    func pauses() async throws(LedgerFailure) -> [Pause] { try await world.ledger.pauses() }

    func release(
        _ identity: CommandIdentity,
        as resolution: Resolution,
        at now: Date
    ) async throws(LedgerFailure) -> ReleaseVerdict {
        try await world.ledger.release(identity, as: resolution, at: now)
    }

    func pause(_ pause: Pause) async throws(LedgerFailure) { try await world.ledger.pause(pause) }

    func resume(_ operation: OrderOperation) async throws(LedgerFailure) -> Bool {
        try await world.ledger.resume(operation)
    }
}
