import Foundation
import GRDB
import LedgerStorage
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// What must be known to judge a dead letter, as SQL; on the connection of the writer or of a reader.
enum LetterQueries {
    static let foundSQL = """
        SELECT number, fingerprint, state, outcome, round, is_announced, ended_at, expected_version,
            coalesce((SELECT version FROM subscription s WHERE s.id = command.subscription), 0)
        FROM command WHERE id = ? AND source = ?
        """

    static let laterSQL = """
        SELECT id FROM command
        WHERE subscription = ? AND number > ? AND ended_at >= ? AND (outcome = 'succeeded' OR code = 'partially-applied')
        LIMIT 1
        """

    /// A letter's command.
    struct Found {
        var number: Int64
        var standing: RoundRule.Standing
        var endedAt: Date?
    }

    static func found(_ database: Database, _ letter: LetterOfCommand) throws -> Found? {
        let arguments: StatementArguments = [letter.identity.id, letter.identity.source]
        return try Row.fetchOne(database, sql: foundSQL, arguments: arguments).map { row in
            guard let state = OrderRecord.State(rawValue: row[2]) else { throw ByteReader.Damage() }
            return Found(
                number: row[0],
                standing: RoundRule.Standing(
                    isSameContent: row[1] == letter.fingerprint,
                    state: state,
                    outcome: (row[3] as String?).flatMap(Outcome.init),
                    round: row[4],
                    isAnnounced: row[5],
                    expectedVersion: row[7],
                    version: row[8]
                ),
                endedAt: (row[6] as Double?).map { Date(stored: $0) }
            )
        }
    }

    /// A later command that has changed the subscription since the letter's end.
    static func laterID(_ database: Database, _ letter: LetterOfCommand, _ found: Found?) throws -> String? {
        // The letter's own time is in whole seconds.
        guard let since = found?.endedAt ?? letter.time?.addingTimeInterval(1) else { return nil }
        let arguments: StatementArguments = [letter.subscriptionID, found?.number ?? 0, since.stored]
        return try String.fetchOne(database, sql: laterSQL, arguments: arguments)
    }

    static func verdict(_ database: Database, on letter: LetterOfCommand) throws -> RoundVerdict {
        let found = try found(database, letter)
        return RoundRule.verdict(on: letter, found?.standing, laterID: try laterID(database, letter, found))
    }

    static func note(_ database: Database, of key: String) throws -> LetterNote? {
        let sql = "SELECT key, command_id, fate, replacement, noted_by, noted_at, reason FROM letter WHERE key = ?"
        return try Row.fetchOne(database, sql: sql, arguments: [key]).map { row in
            guard let fate = LetterNote.Fate(rawValue: row[2]) else { throw ByteReader.Damage() }
            return LetterNote(
                key: row[0],
                commandID: row[1],
                fate: fate,
                replacement: row[3],
                by: row[4],
                at: Date(stored: row[5]),
                reason: row[6]
            )
        }
    }

    static func pauses(_ database: Database) throws -> [Pause] {
        let sql = "SELECT operation, paused_by, since, reason FROM pause ORDER BY operation"
        return try Row.fetchAll(database, sql: sql).map { row in
            guard let operation = OrderOperation(rawValue: row[0]) else { throw ByteReader.Damage() }
            return Pause(operation: operation, by: row[1], since: Date(stored: row[2]), reason: row[3])
        }
    }
}
