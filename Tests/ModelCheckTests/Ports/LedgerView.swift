import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

@testable import TestKit

/// What the ledger holds at one moment.
struct LedgerView {
    var rows: [LedgerRow] = []
    var known: KnownSubscription?

    func row(_ id: String) -> LedgerRow? { rows.first { $0.request.identity.id == id } }

    func isDue(_ now: Date) -> Bool { rows.contains { !$0.isSuspect && ($0.due.map { $0 <= now } ?? false) } }

    var hasSuspects: Bool { rows.contains(where: \.isSuspect) }

    /// When somebody is due next.
    var nextDue: Date? { rows.filter { !$0.isSuspect }.compactMap(\.due).min() }

    /// Everything that the next answers depend on; times as they are from now.
    func digest(_ now: Date) -> Int {
        var hasher = Hasher()
        hasher.combine(known)
        for row in rows {
            hasher.combine(row.request.identity)
            hasher.combine(row.state)
            hasher.combine(row.place)
            hasher.combine(row.awaits)
            hasher.combine(row.due.map { max(0, $0.timeIntervalSince(now)) })
            hasher.combine([row.isReleased, row.isSuspect, row.isDeclaredApplied, row.isAnnounced])
            hasher.combine(row.patience)
            hasher.combine([row.attempts, row.round])
            hasher.combine(row.decision)
            hasher.combine(row.ending?.outcome)
            hasher.combine(row.ending?.code)
            if !row.isAnnounced { hasher.combine(row.ending?.endedAt.timeIntervalSince(now)) }
            for intent in row.intents {
                hasher.combine([intent.id, intent.fate.rawValue])
                if intent.fate == .open { hasher.combine(intent.deadline.timeIntervalSince(now)) }
            }
        }
        return hasher.finalize()
    }
}

extension InMemoryLedger {
    func begin(_ known: KnownSubscription?) { subscriptions[Commands.subscription] = known }

    func view() -> LedgerView { LedgerView(rows: rows, known: subscriptions[Commands.subscription]) }

    /// A worker of a shared ledger is missed: what it had in hand is free.
    func free(_ isIts: @Sendable (Int64) -> Bool, at now: Date) {
        for index in rows.indices where rows[index].state == .inHand && isIts(rows[index].fence) {
            rows[index].state = .retrying
            rows[index].isReleased = true
            rows[index].isSuspect = rows[index].decision == nil
            rows[index].due = now
        }
    }

    // MARK: Planted bugs

    /// Grants what is not to be granted.
    func grantAnyway(_ identity: CommandIdentity) -> Grant? {
        guard let index = rows.firstIndex(where: { $0.request.identity == identity }) else { return nil }
        rows[index].ending = nil
        rows[index].decision = nil
        rows[index].isAnnounced = false
        return take(index)
    }

    func forget(_ identity: CommandIdentity) { rows.removeAll { $0.request.identity == identity } }
}
