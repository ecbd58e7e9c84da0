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
    /// A command that still runs at the deadline is ended; an input that is still open then is no answer.
    func bytes(until deadline: ContinuousClock.Instant) async throws -> [UInt8]? {
        switch self {
        case .command(let line): try await ShellLine.output(of: line, until: deadline)
        case .file(let path): try? Array(Data(contentsOf: URL(fileURLWithPath: path)))
        case .standardInput: try await Self.bytes(toEndOf: .standardInput, until: deadline)
        }
    }

    /// What comes to the end of the input, read on a thread of its own: whoever waits for it can be cancelled, and
    /// waits no longer than the deadline.
    static func bytes(toEndOf input: FileHandle, until deadline: ContinuousClock.Instant) async throws -> [UInt8] {
        let (reads, continuation) = AsyncStream.makeStream(of: Result<Data, any Error>.self)
        Thread.detachNewThread {
            continuation.yield(Result { try input.readToEnd() ?? Data() })
            continuation.finish()
        }
        guard let read = await reads.first(until: deadline) else {
            try Task.checkCancellation()
            throw CommandFailure(
                description: "standard input did not end in time; end it behind the answer, or give --for more time"
            )
        }
        return Array(try read.get())
    }
}
