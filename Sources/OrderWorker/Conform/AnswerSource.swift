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
        case .file(let path): try Self.file(path)
        case .standardInput: try await Self.bytes(toEndOf: STDIN_FILENO, until: deadline)
        }
    }

    private static func file(_ path: String) throws(CommandFailure) -> [UInt8]? {
        guard !Input.isMissing(path) else { return nil }
        do throws(Input.Failure) {
            return try Input.bytes(of: path)
        } catch {
            throw CommandFailure(description: error.description)
        }
    }

    /// Refuses a file that can't be read, before anything is published; one that isn't there yet may come.
    func refuseUnreadable() throws {
        guard case .file(let path) = self else { return }
        var isFolder: ObjCBool = false
        guard !Input.isMissing(path) else {
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
            guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
                throw CommandFailure(description: "\(path) can't be read: there is no folder \(folder)")
            }
            return Output.note("\(path) isn't there yet; it is read once it is")
        }
        // Not read yet: it may be a pipe.
        guard access(path, R_OK) == 0 else {
            throw CommandFailure(description: "\(path) can't be read: \(SystemReason.text(errno))")
        }
        guard !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) || !isFolder.boolValue else {
            throw CommandFailure(description: "\(path) can't be read: \(SystemReason.text(EISDIR))")
        }
    }

    /// What comes to the end of the input, read on a thread of its own: whoever waits for it can be cancelled, and
    /// waits no longer than the deadline.
    static func bytes(toEndOf descriptor: Int32, until deadline: ContinuousClock.Instant) async throws -> [UInt8] {
        let (reads, continuation) = AsyncStream.makeStream(of: Result<[UInt8], Input.Failure>.self)
        Thread.detachNewThread {
            continuation.yield(Result { () throws(Input.Failure) in try Input(reading: descriptor).rest() })
            continuation.finish()
        }
        guard let read = await reads.first(until: deadline) else {
            try Task.checkCancellation()
            throw CommandFailure(
                description: "standard input did not end in time; end it behind the answer, or give --for more time"
            )
        }
        return try read.get()
    }
}
