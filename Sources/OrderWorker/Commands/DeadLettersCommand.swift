import AMQP
import ArgumentParser
import Foundation
import OrderFulfilment
import RabbitMQ

/// The subcommand `order-worker dead-letters`.
struct DeadLettersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead-letters",
        abstract: "What could not be understood or completed, with the reasons.",
        subcommands: [List.self, Show.self, Replay.self, Discard.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The dead letters; they stay where they are.")

        @Option(help: "At most so many.") var limit = 100
        @Flag(help: "Print JSON.") var json = false
        @OptionGroup var options: SettingOptions

        func validate() throws {
            guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
        }

        func run() async throws {
            try await withExitCodes {
                let letters = try await options.deadLetters(limit: limit)
                if json { return try JSONOutput.print(letters) }
                let rows = letters.map { [$0.time, $0.operation, $0.reason, $0.id ?? "", $0.detail] }
                Output.line("\(TextTable(header: ["time", "operation", "reason", "id", "detail"], rows: rows))")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "One dead letter with its headers and body.")

        @Argument(help: "The command's id (the message id).") var id: String
        @Flag(help: "Print JSON.") var json = false
        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withExitCodes {
                let letters = try await options.deadLetters(limit: 10_000).filter { $0.id == id }
                guard !letters.isEmpty else {
                    throw CommandFailure(description: "there is no dead letter with the id \(id)")
                }
                if json { return try JSONOutput.print(letters) }
                for letter in letters {
                    for (name, value) in letter.headers.sorted(by: { $0.key < $1.key }) {
                        Output.line("\(name): \(value)")
                    }
                    Output.line("\n\(letter.body)")
                }
            }
        }
    }
}

/// A dead letter as operators see it.
private struct DeadLetterView: Encodable {
    var id: String?
    var time: String
    var operation: String
    var reason: String
    var detail: String
    var headers: [String: String]
    var body: String

    init(_ message: Message) {
        var headers: [String: String] = [:]
        for field in message.properties.headers.fields {
            switch field.value {
            case .text(let text): headers[field.name] = text
            case .integer(let number): headers[field.name] = String(number)
            case .unsigned(let number), .timestamp(let number): headers[field.name] = String(number)
            case .boolean(let flag): headers[field.name] = String(flag)
            case .double, .decimal, .bytes, .array, .table, .void: headers[field.name] = "…"
            }
        }
        let fields = try? JSONDecoder().decode(Identity.self, from: Data(message.body))
        id = fields?.id ?? message.properties.messageID
        time = headers["dead-letter-time"] ?? ""
        operation = headers["dead-letter-operation"] ?? message.routingKey.rawValue
        reason = headers["dead-letter-reason"] ?? ""
        detail = headers["dead-letter-detail"] ?? ""
        self.headers = headers
        body = String(decoding: message.body, as: UTF8.self)
    }

    private struct Identity: Decodable {
        var id: String?
    }
}

extension SettingOptions {
    fileprivate func deadLetters(limit: Int) async throws -> [DeadLetterView] {
        let settings = try WorkerSettings(try await values(), needsEMS: false)
        let queue = OrderTopology(prefix: settings.topologyPrefix).deadLetter
        return try await RabbitMQAdministration(configuration: settings.broker, logger: Log.quiet)
            .browse(queue, limit: limit)
            .map(DeadLetterView.init)
    }
}
