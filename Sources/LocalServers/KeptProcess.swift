import Foundation
import Synchronization

/// A shell script that lives as long as this process: it sees the end of its standard input when that ends, even by a
/// crash, and is waited for when that ends normally.
final class KeptProcess: Sendable {
    private let input: Int32
    private let output: Int32
    private let hasEnded = Mutex(false)

    private static let starting = NSLock()

    /// Every kept process, ended at exit.
    private static let all = Mutex<[KeptProcess]>([])
    private static let endsAllAtExit: Void = {
        atexit { for process in KeptProcess.all.withLock({ $0 }) { process.end() } }
    }()

    init(script: String, arguments: [String], environment: [String: String] = [:]) throws {
        // One after the other: a child that is started between the making of a pipe and its marking would inherit it, and
        // the end of this input would never be seen.
        Self.starting.lock()
        defer { Self.starting.unlock() }
        let (inputPipe, outputPipe) = (Pipe(), Pipe())
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", script, "keeper"] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = inputPipe
        process.standardOutput = outputPipe
        // Our ends as numbers of our own: the pipes close theirs when they go.
        input = dup(inputPipe.fileHandleForWriting.fileDescriptor)
        output = dup(outputPipe.fileHandleForReading.fileDescriptor)
        // No other child may hold the input open, or its end would never be seen.
        _ = fcntl(input, F_SETFD, FD_CLOEXEC)
        _ = fcntl(output, F_SETFD, FD_CLOEXEC)
        // Threads of Swift's pools block every signal and a child inherits that: the node would never see its TERM.
        var (none, before) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        try process.run()
        try inputPipe.fileHandleForWriting.close()
        _ = Self.endsAllAtExit
        Self.all.withLock { $0.append(self) }
    }

    func writeLine(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
    }

    /// The next line of the output, read on a thread of its own.
    func readLine(within seconds: Int32) async -> String? {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: self.nextLine(within: seconds)) }
        }
    }

    /// Closes the input and waits for the script to clean up.
    func end() {
        let isFirst = hasEnded.withLock { ended in
            defer { ended = true }
            return !ended
        }
        guard isFirst else { return }
        close(input)
        while nextLine(within: 30) != nil {}
        close(output)
    }

    private func nextLine(within seconds: Int32) -> String? {
        var line: [UInt8] = []
        var descriptor = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
        while poll(&descriptor, 1, seconds * 1_000) > 0 {
            var byte: UInt8 = 0
            guard read(output, &byte, 1) == 1 else { return nil }
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }
}
