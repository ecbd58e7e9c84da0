import Foundation
import OrderFulfilment
import SubscriptionLifecycle

/// The order of the commands of one subscription.
extension InMemoryLedger {
    func head(_ lane: String) -> Int? { rows.firstIndex { $0.lane == lane && $0.isHead } }

    func held(_ claim: Claim) throws(LedgerFailure) -> Int {
        try checkOpen()
        let index = rows.firstIndex {
            $0.request.identity == claim.identity && $0.state == .inHand && $0.fence == claim.fence
                && $0.round == claim.round
        }
        guard let index else { throw .staleClaim }
        return index
    }

    func take(_ index: Int) -> Grant {
        lastFence += 1
        rows[index].state = .inHand
        rows[index].fence = lastFence
        rows[index].due = nil
        rows[index].isReleased = false
        rows[index].isSuspect = false
        let row = rows[index]
        return Grant(
            claim: Claim(
                identity: row.request.identity,
                subscriptionID: row.request.subscriptionID,
                round: row.round,
                fence: row.fence
            ),
            known: subscriptions[row.lane],
            decision: row.decision,
            intents: row.intents,
            attempts: row.attempts,
            patience: row.patience,
            receivedAt: row.request.receivedAt,
            isDeclaredApplied: row.isDeclaredApplied
        )
    }

    func nextPlace(_ lane: String) -> Int {
        (rows.filter { $0.lane == lane && $0.state == .behind }.compactMap(\.place).max() ?? 0) + 1
    }

    /// Premature commands whose version is there go behind, in the order of first receipt.
    func ripen(_ lane: String) {
        guard let known = subscriptions[lane] else { return }
        for index in rows.indices
        where rows[index].lane == lane && rows[index].state == .premature && rows[index].awaits <= known.version {
            rows[index].place = nextPlace(lane)
            rows[index].state = .behind
            rows[index].due = nil
            rows[index].patience = .left
        }
    }

    /// What the creation has made ripe goes in the order of first receipt.
    func lineUp(_ lane: String) {
        for index in rows.indices where rows[index].lane == lane && rows[index].state == .behind {
            rows[index].place = rows[index].number
        }
    }

    /// The first who stands behind becomes the head of a free lane.
    func promote(_ lane: String, due: Date?) {
        guard head(lane) == nil else { return }
        let behind = rows.indices.filter { rows[$0].lane == lane && rows[$0].state == .behind }
        guard let next = behind.min(by: { rows[$0].place ?? 0 < rows[$1].place ?? 0 }) else { return }
        rows[next].state = .retrying
        rows[next].place = nil
        rows[next].due = due ?? rows[next].request.receivedAt
    }

    func firstDue(_ now: Date) -> Int? {
        let due = rows.indices.filter { isWakeable(rows[$0]) }.compactMap { index in
            rows[index].due.map { (due: $0, index: index) }
        }
        return due.filter { $0.due <= now }.min { ($0.due, $0.index) < ($1.due, $1.index) }?.index
    }

    /// Suspects are woken one by one, and what is paused isn't.
    func isWakeable(_ row: LedgerRow) -> Bool { !row.isSuspect && paused[row.request.operation] == nil }

    /// Ended rows that match, by the time of their end.
    func endedRows(_ matches: (LedgerRow, Date) -> Bool) -> [LedgerRow] {
        let ended = rows.compactMap { row in row.ending.map { (endedAt: $0.endedAt, row: row) } }
        return ended.filter { matches($0.row, $0.endedAt) }
            .sorted { ($0.endedAt, $0.row.number) < ($1.endedAt, $1.row.number) }
            .map(\.row)
    }
}
