import Foundation
import OrderMessages
import SubscriptionLifecycle
import Testing

/// The examples in `Contracts/`.
enum Examples {
    /// One file: `examples/<operation>/<name>.json`.
    struct Example: Sendable, CustomTestStringConvertible {
        let operation: OrderOperation
        let name: String
        let bytes: [UInt8]

        var path: String { "examples/\(operation.rawValue)/\(name).json" }
        var testDescription: String { path }

        /// Whether it is a command that the worker understands, one that it doesn't, or an outcome.
        ///
        /// Another content under an identity that was used is understood; what is wrong shows only after the first.
        var isCommand: Bool { ["minimal", "full", "identity-conflict"].contains(name) }
        var isPoison: Bool { name.hasPrefix("poison-") }

        /// The last word of the routing key, if it is an outcome.
        var outcome: String? { OutcomeSchema.outcomes(of: operation).first { name.hasPrefix($0) } }

        /// The schema it is an example of.
        var schemaPath: String {
            outcome.map { ContractDocuments.outcomeSchemaPath(operation.rawValue, $0) }
                ?? ContractDocuments.commandSchemaPath(operation.rawValue)
        }
    }

    static let contracts = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Contracts")

    /// Whether generated files shall be written instead of compared.
    static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_CONTRACTS"] == "1"

    /// Every example, verdicts left out.
    static func all() throws -> [Example] {
        try OrderOperation.allCases.flatMap { operation in
            let folder = contracts.appending(path: "examples/\(operation.rawValue)")
            return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
                .filter { $0.hasSuffix(".json") && !$0.hasSuffix(".verdict.json") }
                .map { file in
                    let data = try Data(contentsOf: folder.appending(path: file))
                    return Example(operation: operation, name: String(file.dropLast(5)), bytes: Array(data))
                }
        }
    }

    /// One example by name.
    static func command(_ operation: OrderOperation, _ name: String) throws -> JSON {
        try read("examples/\(operation.rawValue)/\(name).json")
    }

    /// A file below `Contracts/`.
    static func read(_ path: String) throws -> JSON {
        try JSONReader.read(Array(Data(contentsOf: contracts.appending(path: path))))
    }

    /// Commands made of the minimal one: for each reason that a translation can end with and a small file can show.
    static func derived(_ operation: OrderOperation) throws -> [(name: String, json: JSON)] {
        let good = try command(operation, "minimal").setting(["id"], "order-3")
        let next = OrderOperation.allCases.first { $0 != operation } ?? operation
        let poison: [(DeadLetterReason, JSON)] = [
            (.malformedMessage, [good]),
            (.unknownType, good.setting(["type"], "orders.order.v1")),
            (.unsupportedVersion, good.setting(["type"], .string("orders.\(operation.rawValue).v9"))),
            (.wrongQueue, try command(next, "minimal").setting(["id"], "order-3")),
            (.identityMissing, good.setting(["id"], nil)),
        ]
        return poison.map { ("poison-\($0.rawValue)", $1) }
            + (operation.isRead ? [] : [("identity-conflict", try identityConflict(operation))])
    }

    /// The identity of the minimal command with other content.
    static func identityConflict(_ operation: OrderOperation) throws -> JSON {
        try command(operation, "minimal").setting(["data", "subscriptionId"], "SUB-2002")
    }

    /// Compares a file below `Contracts/` with what it should be, or writes it; answers whether they differ.
    static func differs(_ path: String, _ text: String) throws -> Bool {
        let url = contracts.appending(path: path)
        if isUpdating {
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(text.utf8).write(to: url)
        }
        return (try? String(contentsOf: url, encoding: .utf8)) != text
    }
}
