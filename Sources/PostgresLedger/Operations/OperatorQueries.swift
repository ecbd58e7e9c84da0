import AMQP
import Foundation
import LedgerStorage
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// What operators ask, as SQL.
enum OperatorQueries {
    private static let columns = """
        SELECT c.source, c.id, c.operation, c.subscription, c.expected_version, c.state, c.outcome, c.code, c.detail,
            c.attempts, c.round, c.received_at, c.due, c.ended_at, c.is_announced, d.decision, d.intents, o.event
        FROM ledger_command c LEFT JOIN ledger_decision d USING (number) LEFT JOIN ledger_outcome o USING (number)
        """

    private static let withID = Statement("orders_with_id", "\(columns) WHERE c.id = $1 ORDER BY c.number DESC")

    /// One for each combination of what narrows, so that each has a plan of its own.
    private static func matching(_ subscription: Bool, _ operation: Bool, _ state: OrderRecord.State?) -> Statement {
        var conditions: [String] = []
        var name = "orders"
        var next = 2
        if subscription {
            conditions.append("c.subscription = $\(next)::text")
            name += "_subscription"
            next += 1
        }
        if operation {
            conditions.append("c.operation = $\(next)::text")
            name += "_operation"
        }
        if let state {
            // As literal text, in the words of the partial indexes.
            conditions.append("c.state = '\(state.rawValue)'")
            name += "_" + state.rawValue
        }
        let clause = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        return Statement(name, "\(columns) \(clause) ORDER BY c.number DESC LIMIT $1::int8")
    }

    static let counts = Statement(
        "counts",
        """
        SELECT 'ended', (SELECT count(*) FROM ledger_command WHERE is_announced), 0::int8
        UNION ALL
        SELECT 'unannounced', (SELECT count(*) FROM ledger_command WHERE state = 'ended' AND NOT is_announced), 0::int8
        UNION ALL
        (SELECT state, count(*), sum(bytes)::int8 FROM ledger_command WHERE state <> 'ended' GROUP BY state)
        """
    )

    static let caseFile = Statement(
        "case_file",
        """
        SELECT CASE WHEN k.round = c.round THEN k.inputs END, k.entries, c.announced_at FROM ledger_command c JOIN ledger_case k USING (number)
        WHERE c.id = $1::text AND c.source = $2::text
        """
    )

    static let known = Statement(
        "known_subscription",
        "SELECT version, kind, ends_with_term FROM ledger_subscription WHERE id = $1"
    )

    static let statements: [Statement] = {
        let states = OrderRecord.State.allCases.map(Optional.some) + [nil]
        let all = states.flatMap { state in
            [(false, false), (false, true), (true, false), (true, true)].map { matching($0.0, $0.1, state) }
        }
        return all + [withID, counts, caseFile, known] + LetterQueries.statements
    }()

    /// The newest commands first.
    static func orders(matching filter: OrderFilter) -> ServerConnection.Call {
        let statement = matching(filter.subscriptionID != nil, filter.operation != nil, filter.state)
        let narrowing = [filter.subscriptionID, filter.operation?.rawValue].compactMap(\.self)
        return .init(statement, [.integer(max(0, filter.limit))] + narrowing.map { .text($0) })
    }

    /// Every command of that id, newest first.
    static func orders(withID id: String) -> ServerConnection.Call { .init(withID, [.text(id)]) }

    /// How many commands are where.
    static func statistics(_ rows: [AnswerRow]) throws -> LedgerStatistics {
        var commands: [String: Int] = [:]
        var bytes: [String: Int] = [:]
        for row in rows {
            commands[try row.text(0)] = Int(try row.integer(1))
            bytes[try row.text(0)] = Int(try row.integer(2))
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

    static func record(_ row: AnswerRow) throws -> OrderRecord {
        guard
            let operation = OrderOperation(rawValue: try row.text(2)),
            let state = OrderRecord.State(rawValue: try row.text(5))
        else { throw ByteReader.Damage() }
        let event = try row.bytes(17).map { try StoredMessages.publishings($0) } ?? []
        return OrderRecord(
            identity: CommandIdentity(source: try row.text(0), id: try row.text(1)),
            operation: operation,
            subscriptionID: try row.text(3),
            expectedVersion: try row.optionalInteger(4).map { Int($0) },
            state: state,
            outcome: row.optionalText(6).flatMap(Outcome.init),
            code: row.optionalText(7),
            detail: row.optionalText(8),
            attempts: Int(try row.integer(9)),
            round: Int(try row.integer(10)),
            receivedAt: Date(stored: try row.double(11)),
            due: try row.optionalDouble(12).map { Date(stored: $0) },
            endedAt: try row.optionalDouble(13).map { Date(stored: $0) },
            isAnnounced: try row.flag(14),
            decision: try StoredJSON.decision(row.bytes(15).map { Data($0) }),
            intents: try StoredJSON.intents(row.bytes(16).map { Data($0) }),
            outcomeEvent: event.last.map { String(decoding: $0.body, as: UTF8.self) }
        )
    }
}
