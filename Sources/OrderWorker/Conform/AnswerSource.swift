import Foundation

/// Where a subscriber's answer comes from.
enum AnswerSource: Hashable, Sendable {
    /// What a shell command prints.
    case command(String)
    /// What a file holds.
    case file(String)
    /// Standard input, to its end: it can be read once.
    case standardInput

    /// The answer as it is now; `nil` while there is none.
    ///
    /// A command that still runs at the deadline is ended.
    func bytes(until deadline: ContinuousClock.Instant) async throws -> [UInt8]? {
        switch self {
        case .command(let line): try await ShellLine.output(of: line, until: deadline)
        case .file(let path): try? Array(Data(contentsOf: URL(fileURLWithPath: path)))
        case .standardInput: try await Self.standardInput()
        }
    }

    /// Reads on a thread of its own: whoever waits for it can be cancelled.
    private static func standardInput() async throws -> [UInt8] {
        let (stream, continuation) = AsyncThrowingStream.makeStream(of: [UInt8].self)
        Thread.detachNewThread {
            do {
                continuation.yield(Array(try FileHandle.standardInput.readToEnd() ?? Data()))
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        for try await bytes in stream { return bytes }
        try Task.checkCancellation()
        return []
    }
}
