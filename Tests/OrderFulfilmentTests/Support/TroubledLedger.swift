import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Synchronization
import TestKit

/// The in-memory ledger, with failures on demand and the claims counted.
final class TroubledLedger: Ledger {
    /// The requirements that can be made to fail one time.
    enum Call: Hashable, Sendable {
        case claim, record, intend, complete, announced, park, release, wake, proveWritable
    }

    private struct State {
        var isDown = false
        var isReadOnly = false
        var failures: [Call: [LedgerFailure]] = [:]
        var claims: [CommandIdentity] = []
        var extended = 0.0
        var struck: [String] = []
    }

    let inner: InMemoryLedger
    let isShared: Bool
    private let state = Mutex(State())

    init(predecessorWait: Double, followsCrash: Bool = false, isShared: Bool = false) {
        self.isShared = isShared
        inner = InMemoryLedger(predecessorWait: predecessorWait, followsCrash: followsCrash)
    }

    /// The messages that were handled alone, in order.
    var struck: [String] { state.withLock(\.struck) }

    /// Everything fails while it is down.
    func setDown(_ isDown: Bool) { state.withLock { $0.isDown = isDown } }

    /// Everything that is counted as a call fails while it takes reads only.
    func setReadOnly(_ isReadOnly: Bool) { state.withLock { $0.isReadOnly = isReadOnly } }

    /// The next such calls fail like this, one each.
    func fail(_ call: Call, with failures: LedgerFailure...) {
        state.withLock { $0.failures[call, default: []] += failures }
    }

    /// Who claimed, in order.
    var claims: [CommandIdentity] { state.withLock(\.claims) }

    /// How much patience was given back.
    var extended: Double { state.withLock(\.extended) }

    private func check(_ call: Call? = nil) throws(LedgerFailure) {
        let failure: LedgerFailure? = state.withLock { state in
            if state.isDown { return .unavailable("down for the test") }
            if state.isReadOnly, call != nil { return .unavailable("read-only for the test") }
            guard let call, let failures = state.failures[call], !failures.isEmpty else { return nil }
            return state.failures[call]?.removeFirst()
        }
        if let failure { throw failure }
    }

    func claim(_ request: ClaimRequest) async throws(LedgerFailure) -> ClaimAnswer {
        try check(.claim)
        state.withLock { $0.claims.append(request.identity) }
        return try await inner.claim(request)
    }

    func record(_ decision: Decision, _ file: CaseFile?, under claim: Claim) async throws(LedgerFailure) {
        try check(.record)
        try await inner.record(decision, file, under: claim)
    }

    func intend(_ intent: Intent, under claim: Claim) async throws(LedgerFailure) {
        try check(.intend)
        try await inner.intend(intent, under: claim)
    }

    func complete(_ ending: Ending, under claim: Claim) async throws(LedgerFailure) {
        try check(.complete)
        try await inner.complete(ending, under: claim)
    }

    func announced(_ identity: CommandIdentity, round: Int, at time: Date) async throws(LedgerFailure) {
        try check(.announced)
        try await inner.announced(identity, round: round, at: time)
    }

    func park(_ parking: Parking, under claim: Claim) async throws(LedgerFailure) {
        try check(.park)
        try await inner.park(parking, under: claim)
    }

    func release(_ claim: Claim) async throws(LedgerFailure) {
        try check(.release)
        try await inner.release(claim)
    }

    func wake(limit: Int, now: Date) async throws(LedgerFailure) -> [WokenCommand] {
        try check(.wake)
        return try await inner.wake(limit: limit, now: now)
    }

    func nextDue() async throws(LedgerFailure) -> Date? {
        try check()
        return try await inner.nextDue()
    }

    func unannounced(endedBefore: Date, skipping: Int, limit: Int) async throws(LedgerFailure) -> [StoredOutcome] {
        try check()
        return try await inner.unannounced(endedBefore: endedBefore, skipping: skipping, limit: limit)
    }

    func extendPatience(by seconds: Double) async throws(LedgerFailure) {
        try check()
        state.withLock { $0.extended += seconds }
        try await inner.extendPatience(by: seconds)
    }

    func prune(endedBefore: Date, limit: Int) async throws(LedgerFailure) -> Int {
        try check()
        return try await inner.prune(endedBefore: endedBefore, limit: limit)
    }

    func subscription(_ id: SubscriptionID) async throws(LedgerFailure) -> KnownSubscription? {
        try check()
        return try await inner.subscription(id)
    }

    func orders(matching filter: OrderFilter) async throws(LedgerFailure) -> [OrderRecord] {
        try check()
        return try await inner.orders(matching: filter)
    }

    func orders(withID id: String) async throws(LedgerFailure) -> [OrderRecord] {
        try check()
        return try await inner.orders(withID: id)
    }

    func caseFile(of identity: CommandIdentity) async throws(LedgerFailure) -> CaseFile? {
        try check()
        return try await inner.caseFile(of: identity)
    }

    func statistics() async throws(LedgerFailure) -> LedgerStatistics {
        try check()
        return try await inner.statistics()
    }

    var followsCrash: Bool { get async { await inner.followsCrash } }

    func hasSuspects() async throws(LedgerFailure) -> Bool {
        try check()
        return try await inner.hasSuspects()
    }

    func wakeSuspect(now: Date) async throws(LedgerFailure) -> WokenCommand? {
        try check(.wake)
        return try await inner.wakeSuspect(now: now)
    }

    func strike(_ digest: String, at now: Date) async throws(LedgerFailure) -> Int {
        try check()
        state.withLock { $0.struck.append(digest) }
        return try await inner.strike(digest, at: now)
    }

    func clearStrikes(_ digest: String) async throws(LedgerFailure) {
        try check()
        try await inner.clearStrikes(digest)
    }

    func openRound(_ letter: LetterOfCommand, at now: Date) async throws(LedgerFailure) -> RoundVerdict {
        try check()
        return try await inner.openRound(letter, at: now)
    }

    func note(_ note: LetterNote) async throws(LedgerFailure) -> LetterNote {
        try check()
        return try await inner.note(note)
    }

    func release(
        _ identity: CommandIdentity,
        as resolution: Resolution,
        at now: Date
    ) async throws(LedgerFailure) -> ReleaseVerdict {
        try check()
        return try await inner.release(identity, as: resolution, at: now)
    }

    func pause(_ pause: Pause) async throws(LedgerFailure) {
        try check()
        try await inner.pause(pause)
    }

    func resume(_ operation: OrderOperation) async throws(LedgerFailure) -> Bool {
        try check()
        return try await inner.resume(operation)
    }

    func verdict(on letter: LetterOfCommand) async throws(LedgerFailure) -> RoundVerdict {
        try check()
        return try await inner.verdict(on: letter)
    }

    func note(of key: String) async throws(LedgerFailure) -> LetterNote? {
        try check()
        return try await inner.note(of: key)
    }

    func pauses() async throws(LedgerFailure) -> [Pause] {
        try check()
        return try await inner.pauses()
    }

    func confirm(_ claim: Claim) async throws(LedgerFailure) {
        try check()
        try await inner.confirm(claim)
    }

    func hold(
        _ key: String,
        for seconds: Double,
        at now: Date,
        under claim: Claim
    ) async throws(LedgerFailure) -> KeyAnswer {
        try check()
        return try await inner.hold(key, for: seconds, at: now, under: claim)
    }

    func letGo(of hold: KeyHold) async throws(LedgerFailure) {
        try check()
        try await inner.letGo(of: hold)
    }

    func proveWritable() async throws(LedgerFailure) { try check(.proveWritable) }

    /// Stays open, so that a test can look into it afterwards.
    func close() async {}
}
