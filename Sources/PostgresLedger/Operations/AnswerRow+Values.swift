import AMQP
import Foundation
import LedgerStorage
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// Rows of the schema's types as values of the port.
extension AnswerRow {
    /// What is known of a subscription, in three columns.
    func known(at column: Int) throws -> KnownSubscription? {
        guard let version = try optionalInteger(column) else { return nil }
        guard let kind = Subscription.Kind(rawValue: try text(column + 1)) else { throw ByteReader.Damage() }
        return KnownSubscription(version: Int(version), kind: kind, endsWithTerm: try flag(column + 2))
    }

    /// The claim of a row of `ledger_grant`.
    func claim() throws -> Claim {
        guard let subscriptionID = SubscriptionID(try text(4)) else { throw ByteReader.Damage() }
        return Claim(
            identity: CommandIdentity(source: try text(2), id: try text(3)),
            subscriptionID: subscriptionID,
            round: Int(try integer(6)),
            fence: try integer(7)
        )
    }

    /// A row of `ledger_grant`.
    func grant() throws -> Grant {
        Grant(
            claim: try claim(),
            known: try known(at: 14),
            decision: try StoredJSON.decision(bytes(11).map { Data($0) }),
            intents: try StoredJSON.intents(bytes(12).map { Data($0) }),
            attempts: Int(try integer(8)),
            patience: try flag(9) ? .exhausted : .left,
            receivedAt: Date(stored: try double(10)),
            isDeclaredApplied: try flag(17)
        )
    }

    /// A row of `ledger_grant` with its message.
    func woken() throws -> WokenCommand {
        guard let operation = OrderOperation(rawValue: try text(5)), let content = bytes(13) else {
            throw ByteReader.Damage()
        }
        return WokenCommand(grant: try grant(), operation: operation, message: try StoredMessages.message(content))
    }

    /// A row of `ledger_stored_outcome`.
    func storedOutcome() throws -> StoredOutcome {
        guard let outcome = Outcome(rawValue: try text(3)) else { throw ByteReader.Damage() }
        return StoredOutcome(
            identity: CommandIdentity(source: try text(0), id: try text(1)),
            round: Int(try integer(2)),
            outcome: outcome,
            isAnnounced: try flag(4),
            publishings: try [bytes(5), bytes(6)].compactMap(\.self).flatMap { try StoredMessages.publishings($0) }
        )
    }
}
