import Foundation
import GRDB
import LedgerStorage
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// Putting a waiting command in hand.
extension LedgerTransaction {
    static let takeSQL = """
        UPDATE command SET state = 'in-hand', fence = ?, due = NULL, awaits = NULL, is_released = 0, is_suspect = 0, is_exhausted = ?
        WHERE number = ?
        """

    static let grantSQL = """
        SELECT c.source, c.id, c.subscription, c.round, c.attempts, c.is_exhausted, c.received_at, c.operation,
            d.decision, d.intents, m.content, c.is_declared_applied
        FROM command c LEFT JOIN decision d USING (number) LEFT JOIN message m USING (number)
        WHERE c.number = ?
        """

    /// Puts a command in hand under a fresh fence.
    ///
    /// `isExhausted` is set when its patience has just ended.
    func take(_ number: Int64, isExhausted: Bool? = nil) throws -> WokenCommand {
        guard var woken = try row(Self.grantSQL, [number], woken) else { throw ByteReader.Damage() }
        if let isExhausted { woken.grant.patience = isExhausted ? .exhausted : .left }
        woken.grant.claim.fence = fences.next()
        woken.grant.known = try known(woken.grant.claim.subscriptionID.description)
        try run(Self.takeSQL, [woken.grant.claim.fence, woken.grant.patience == .exhausted, number])
        return woken
    }

    private func woken(_ row: Row) throws -> WokenCommand {
        guard
            let subscriptionID = SubscriptionID(row[2]),
            let operation = OrderOperation(rawValue: row[7]),
            let content = row[10] as Data?
        else { throw ByteReader.Damage() }
        let claim = Claim(
            identity: CommandIdentity(source: row[0], id: row[1]),
            subscriptionID: subscriptionID,
            round: row[3],
            fence: 0
        )
        let grant = Grant(
            claim: claim,
            known: nil,
            decision: try StoredJSON.decision(row[8]),
            intents: try StoredJSON.intents(row[9]),
            attempts: row[4],
            patience: row[5] ? .exhausted : .left,
            receivedAt: Date(stored: row[6]),
            isDeclaredApplied: row[11]
        )
        return WokenCommand(grant: grant, operation: operation, message: try StoredMessages.message([UInt8](content)))
    }
}
