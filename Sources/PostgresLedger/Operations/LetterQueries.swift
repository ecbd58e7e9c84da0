import Foundation
import LedgerStorage
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// What is asked of dead letters, waits and pauses, on the connection of a writer or of a reader.
enum LetterQueries {
    static let standing = Statement(function: "ledger_standing", "text", "text", "text", "float8")
    static let noteOf = Statement(
        "note_of",
        "SELECT key, command_id, fate, replacement, noted_by, noted_at, reason FROM ledger_letter WHERE key = $1::text"
    )
    static let pauses = Statement(
        "pauses",
        "SELECT operation, paused_by, since, reason FROM ledger_pause WHERE ended_by IS NULL ORDER BY operation COLLATE \"C\""
    )

    static let statements = [standing, noteOf, pauses]

    /// How the ledger has a letter's command.
    struct Found {
        var number: Int64?
        var standing: RoundRule.Standing?
        var laterID: String?

        func verdict(on letter: LetterOfCommand) -> RoundVerdict {
            RoundRule.verdict(on: letter, standing, laterID: laterID)
        }
    }

    static func standing(_ letter: LetterOfCommand) -> ServerConnection.Call {
        .init(
            standing,
            [
                .text(letter.identity.source), .text(letter.identity.id), .text(letter.subscriptionID),
                // The letter's own time is in whole seconds.
                .date(letter.time?.addingTimeInterval(1)),
            ]
        )
    }

    static func found(_ rows: [AnswerRow], _ letter: LetterOfCommand) throws -> Found {
        guard let row = rows.first else { throw ByteReader.Damage() }
        let later = row.optionalText(6)
        guard let number = try row.optionalInteger(0) else { return Found(laterID: later) }
        guard let state = OrderRecord.State(rawValue: try row.text(2)) else { throw ByteReader.Damage() }
        let standing = RoundRule.Standing(
            isSameContent: try row.text(1) == letter.fingerprint,
            state: state,
            outcome: row.optionalText(3).flatMap(Outcome.init),
            round: Int(try row.integer(4)),
            isAnnounced: try row.flag(5),
            expectedVersion: try row.optionalInteger(7).map { Int($0) },
            version: Int(try row.integer(8))
        )
        return Found(number: number, standing: standing, laterID: later)
    }

    static func note(_ row: AnswerRow) throws -> LetterNote {
        guard let fate = LetterNote.Fate(rawValue: try row.text(2)) else { throw ByteReader.Damage() }
        return LetterNote(
            key: try row.text(0),
            commandID: row.optionalText(1),
            fate: fate,
            replacement: row.optionalText(3),
            by: try row.text(4),
            at: Date(stored: try row.double(5)),
            reason: row.optionalText(6)
        )
    }

    static func pause(_ row: AnswerRow) throws -> Pause {
        guard let operation = OrderOperation(rawValue: try row.text(0)) else { throw ByteReader.Damage() }
        return Pause(
            operation: operation,
            by: try row.text(1),
            since: Date(stored: try row.double(2)),
            reason: row.optionalText(3)
        )
    }
}
