import Foundation
import GRDB
import LedgerStorage
import OrderFulfilment
import OrderMessages

/// What is written while a command is in hand.
extension LedgerTransaction {
    static let heldSQL = """
        SELECT number FROM command WHERE id = ? AND source = ? AND state = 'in-hand' AND fence = ? AND round = ?
        """

    /// The row of the command that is in hand under this very claim.
    func held(_ claim: Claim) throws -> Int64 {
        let arguments: StatementArguments = [claim.identity.id, claim.identity.source, claim.fence, claim.round]
        guard let number = try row(Self.heldSQL, arguments, { $0[0] as Int64 }) else {
            throw LedgerFailure.staleClaim
        }
        return number
    }

    /// Keeps the decision, as JSON.
    func record(_ decision: Data, _ part: CasePart?, under claim: Claim) throws {
        let number = try held(claim)
        try keep(part, of: number)
        try run(
            """
            INSERT INTO decision (number, decision) VALUES (?, ?)
            ON CONFLICT (number) DO UPDATE SET decision = excluded.decision
            """,
            [number, decision]
        )
    }

    /// Adds the intent, or replaces the one of the same id where it stands.
    func intend(_ intent: Intent, under claim: Claim) throws {
        let number = try held(claim)
        let stored = try row("SELECT intents FROM decision WHERE number = ?", [number]) { $0[0] as Data? }
        var intents = try StoredJSON.intents(stored ?? nil)
        if let index = intents.firstIndex(where: { $0.id == intent.id }) {
            intents[index] = intent
        } else {
            intents.append(intent)
        }
        try run(
            """
            INSERT INTO decision (number, intents) VALUES (?, ?)
            ON CONFLICT (number) DO UPDATE SET intents = excluded.intents
            """,
            [number, try StoredJSON.bytes(of: intents)]
        )
    }
}
