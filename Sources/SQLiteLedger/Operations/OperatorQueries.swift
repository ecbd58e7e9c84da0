import AMQP
import Foundation
import GRDB
import LedgerStorage
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// What operators ask, as SQL; on the connection of the writer or of a reader.
enum OperatorQueries {
    private static let columns = """
        SELECT c.source, c.id, c.operation, c.subscription, c.expected_version, c.state, c.outcome, c.code, c.detail,
            c.attempts, c.round, c.received_at, c.due, c.ended_at, c.is_announced, d.decision, d.intents, o.event
        FROM command c LEFT JOIN decision d USING (number) LEFT JOIN outcome o USING (number)
        """

    /// The newest commands first.
    ///
    /// Without a subscription or a state it walks from the newest until it has enough.
    static func orders(_ database: Database, matching filter: OrderFilter) throws -> [OrderRecord] {
        var conditions: [String] = []
        var arguments = StatementArguments()
        if let subscription = filter.subscriptionID {
            conditions.append("c.subscription = ?")
            arguments += [subscription]
        }
        if let operation = filter.operation {
            conditions.append("c.operation = ?")
            arguments += [operation.rawValue]
        }
        if let state = filter.state { conditions.append(condition(state)) }
        // Open commands are few: their own index and a sort beat a walk over all that ever ended.
        let isNarrow = filter.subscriptionID != nil || (filter.state.map { $0 != .ended } ?? false)
        arguments += [max(0, filter.limit)]
        let sql = """
            \(columns) \(conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND "))
            ORDER BY \(isNarrow ? "+" : "")c.number DESC LIMIT ?
            """
        return try Row.fetchAll(database, sql: sql, arguments: arguments).map(record)
    }

    /// Every command of that id, newest first.
    static func orders(_ database: Database, withID id: String) throws -> [OrderRecord] {
        let sql = "\(columns) WHERE c.id = ? ORDER BY +c.number DESC"
        return try Row.fetchAll(database, sql: sql, arguments: [id]).map(record)
    }

    /// How many commands are where.
    static func statistics(_ database: Database) throws -> LedgerStatistics {
        var commands: [String: Int] = [:]
        var bytes: [String: Int] = [:]
        for row in try Row.fetchAll(database, sql: "SELECT state, commands, bytes FROM tally") {
            commands[row[0]] = row[1]
            bytes[row[0]] = row[2]
        }
        let unannounced = commands["unannounced", default: 0]
        let parked: [OrderRecord.State] = [.retrying, .behind, .premature]
        return LedgerStatistics(
            claimed: commands.values.reduce(0, +),
            ended: commands[OrderRecord.State.ended.rawValue, default: 0] + unannounced,
            open: Dictionary(
                uniqueKeysWithValues: ([.inHand, .reopened] + parked).map { ($0, commands[$0.rawValue, default: 0]) }
            ),
            unannounced: unannounced,
            parkedBytes: parked.map { bytes[$0.rawValue, default: 0] }.reduce(0, +)
        )
    }

    /// What is kept of how a command came to its end.
    static func caseFile(_ database: Database, of identity: CommandIdentity) throws -> CaseFile? {
        let sql = """
            SELECT k.inputs, k.entries, c.announced_at FROM command c JOIN case_file k USING (number)
            WHERE c.id = ? AND c.source = ?
            """
        return try Row.fetchOne(database, sql: sql, arguments: [identity.id, identity.source]).map { row in
            StoredCase.file(
                inputs: row[0],
                entries: row[1],
                announcedAt: (row[2] as Double?).map { Date(stored: $0) }
            )
        }
    }

    /// What is known of a subscription.
    static func known(_ database: Database, _ id: SubscriptionID) throws -> KnownSubscription? {
        let sql = "SELECT version, kind, ends_with_term FROM subscription WHERE id = ?"
        return try Row.fetchOne(database, sql: sql, arguments: [id.description]).map { row in
            guard let kind = Subscription.Kind(rawValue: row[1]) else { throw ByteReader.Damage() }
            return KnownSubscription(version: row[0], kind: kind, endsWithTerm: row[2])
        }
    }

    /// As literal text, in the words of the partial indexes.
    private static func condition(_ state: OrderRecord.State) -> String {
        switch state {
        case .inHand, .retrying: "c.state = '\(state.rawValue)' AND c.state IN ('in-hand', 'retrying')"
        case .behind, .premature, .reopened, .ended: "c.state = '\(state.rawValue)'"
        }
    }

    private static func record(_ row: Row) throws -> OrderRecord {
        guard
            let operation = OrderOperation(rawValue: row[2]),
            let state = OrderRecord.State(rawValue: row[5])
        else { throw ByteReader.Damage() }
        let event = try (row[17] as Data?).map { try StoredMessages.publishings([UInt8]($0)) } ?? []
        return OrderRecord(
            identity: CommandIdentity(source: row[0], id: row[1]),
            operation: operation,
            subscriptionID: row[3],
            expectedVersion: row[4],
            state: state,
            outcome: (row[6] as String?).flatMap(Outcome.init),
            code: row[7],
            detail: row[8],
            attempts: row[9],
            round: row[10],
            receivedAt: Date(stored: row[11]),
            due: (row[12] as Double?).map { Date(stored: $0) },
            endedAt: (row[13] as Double?).map { Date(stored: $0) },
            isAnnounced: row[14],
            decision: try StoredJSON.decision(row[15]),
            intents: try StoredJSON.intents(row[16]),
            outcomeEvent: event.last.map { String(decoding: $0.body, as: UTF8.self) }
        )
    }
}
