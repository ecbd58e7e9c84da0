import Foundation

/// How much is explored: a count, never a time.
enum Effort {
    /// Told by `MODEL_CHECK_EXECUTIONS`; many more than the tests run by themselves, in the night or after a change.
    static let executions = ProcessInfo.processInfo.environment["MODEL_CHECK_EXECUTIONS"].flatMap { Int($0) }

    /// Whether more is wanted than the tests do by themselves.
    static var isLong: Bool { executions != nil }

    /// Seed of the searches that are drawn by lot: `MODEL_CHECK_SEED`.
    static let seed = ProcessInfo.processInfo.environment["MODEL_CHECK_SEED"].flatMap { UInt64($0) } ?? 1

    /// For the log of the tests: what was explored is part of what they say.
    static func tell(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
}
