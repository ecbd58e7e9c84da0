import ArgumentParser
import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// The subcommand `order-worker orders`.
struct OrdersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "orders",
        abstract: "What the ledger knows of commands.",
        subcommands: [List.self, Show.self, Release.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The newest commands.")

        @Option(help: "Only of this subscription.") var subscription: String?
        @Option(help: "Only of this operation.") var operation: String?
        @Option(help: "Only in this state: in-hand, retrying, behind, premature, reopened or ended.") var state: String?
        @Option(help: "At most so many.") var limit = 50
        @Flag(help: "Print JSON.") var json = false
        @OptionGroup var options: SettingOptions

        func validate() throws {
            if let operation, OrderOperation(rawValue: operation) == nil {
                let all = OrderOperation.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("There is no operation '\(operation)'. There are: \(all).")
            }
            if let state, OrderRecord.State(rawValue: state) == nil {
                let all = OrderRecord.State.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("There is no state '\(state)'. There are: \(all).")
            }
            guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
        }

        func run() async throws {
            try await withExitCodes {
                let filter = OrderFilter(
                    subscriptionID: subscription,
                    operation: operation.flatMap(OrderOperation.init(rawValue:)),
                    state: state.flatMap(OrderRecord.State.init(rawValue:)),
                    limit: limit
                )
                let ledger = try await options.reader()
                let records = try await ledger.orders(matching: filter)
                if json { return try JSONOutput.print(records.map(OrderView.init)) }
                for pause in try await ledger.pauses() {
                    let reason = pause.reason.map { ": \($0)" } ?? ""
                    Output.line(
                        "\(pause.operation.rawValue) is paused by \(pause.by) since \(pause.since.formatted(.iso8601))\(reason)"
                    )
                }
                let rows = records.map { record in
                    [
                        record.receivedAt.formatted(.iso8601), record.operation.rawValue, record.subscriptionID,
                        record.outcome?.rawValue ?? record.state.rawValue, record.code ?? "", record.identity.id,
                    ]
                }
                let header = ["received", "operation", "subscription", "state", "code", "id"]
                Output.line("\(TextTable(header: header, rows: rows))")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Everything about one command.")

        @Argument(help: "The command's id.") var id: String
        @Flag(help: "Tell what happened and when, what it was decided on, and what the current rules would decide.")
        var explain = false
        @Flag(help: "Print JSON.") var json = false
        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withExitCodes {
                let settings = try WorkerSettings(try await options.values(), needsEMS: false)
                let ledger = try await settings.ledger.reader()
                let records = try await ledger.orders(withID: id)
                guard !records.isEmpty else {
                    throw CommandFailure(description: "the ledger has no command with the id \(id)")
                }
                if explain { return tell(try await reviews(of: records, ledger, settings)) }
                if json { return try JSONOutput.print(records.map(OrderView.init)) }
                Output.line(records.map(OrderText.lines).joined(separator: "\n\n"))
            }
        }
    }
}

extension OrdersCommand.Show {
    private func reviews(
        of records: [OrderRecord],
        _ ledger: any LedgerQueries,
        _ settings: WorkerSettings
    ) async throws -> [CaseReview] {
        let translator = Translator(
            maximumMessageSize: settings.maxMessageSize,
            topologyPrefix: settings.topologyPrefix
        )
        var reviews: [CaseReview] = []
        for record in records {
            let file = try await ledger.caseFile(of: record.identity)
            let lifecycle = Lifecycle(policies: settings.policies)
            reviews.append(CaseReview(record, file, translator: translator, lifecycle: lifecycle))
        }
        return reviews
    }

    private func tell(_ reviews: [CaseReview]) {
        Output.line(
            json
                ? String(JSON.array(reviews.map(CaseDocument.json)).prettyText.dropLast())
                : reviews.map(CaseText.lines).joined(separator: "\n\n")
        )
    }
}

extension SettingOptions {
    /// The ledger, only to read; a worker may be running on it.
    fileprivate func reader() async throws -> any LedgerQueries {
        let settings = try WorkerSettings(try await values(), needsEMS: false)
        return try await settings.ledger.reader()
    }
}

/// A command in words.
private enum OrderText {
    static func lines(_ record: OrderRecord) -> String {
        var lines = [
            "\(record.operation.rawValue) \(record.subscriptionID)", "  id        \(record.identity.id)",
            "  source    \(record.identity.source)", "  received  \(record.receivedAt.formatted(.iso8601))",
            "  state     \(record.state.rawValue)\(record.outcome.map { ", \($0.rawValue)" } ?? "")",
            "  round     \(record.round), failed attempts: \(record.attempts)",
        ]
        if let code = record.code { lines.append("  code      \(code)") }
        if let detail = record.detail { lines.append("  detail    \(detail)") }
        if let due = record.due { lines.append("  due       \(due.formatted(.iso8601))") }
        if let ended = record.endedAt {
            lines.append(
                "  ended     \(ended.formatted(.iso8601)), \(record.isAnnounced ? "announced" : "not announced yet")"
            )
        }
        if let decision = record.decision {
            lines.append(
                "  decided   \(decision.previousState.rawValue) → \(decision.state.rawValue), at version \(decision.baseVersion)"
            )
            lines += decision.changes.map {
                "            \($0.field): \($0.base?.words ?? "–") → \($0.target?.words ?? "–")"
            }
        }
        for intent in record.intents {
            lines.append("  intent    \(intent.id) \(intent.call): \(intent.fate.rawValue)")
        }
        if let event = record.outcomeEvent { lines.append("  event     \(event)") }
        return lines.joined(separator: "\n")
    }
}
