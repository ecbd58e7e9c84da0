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
        var isCommand: Bool { name == "minimal" || name == "full" }
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
        let url = contracts.appending(path: "examples/\(operation.rawValue)/\(name).json")
        return try JSONReader.read(Array(Data(contentsOf: url)))
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
