import Foundation
import Logging

/// Output for programs.
enum JSONOutput {
    /// One JSON value, readable by people too.
    static func print(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.dateEncodingStrategy = .iso8601
        Output.line(String(decoding: try encoder.encode(value), as: UTF8.self))
    }
}

extension Log {
    /// For commands that tell what matters themselves.
    static var quiet: Logger { Logger(label: "order-worker") { _ in SwiftLogNoOpLogHandler() } }
}
