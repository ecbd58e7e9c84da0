import Foundation
import Synchronization

/// A shell script that lives as long as this process: it sees the end of its standard input when that ends, even by a
/// crash, and is waited for when that ends normally.
final class KeptProcess: Sendable {
    /// `nil` once it is closed.
    private let input: Mutex<Int32?>
    /// `nil` once its end was seen.
    private let output: Mutex<Int32?>

    private static let starting = NSLock()

    /// Every kept process, ended at exit: all begin to clean up before the first is waited for.
    private static let all = Mutex<[KeptProcess]>([])
    private static let endsAllAtExit: Void = {
        atexit {
            let all = KeptProcess.all.withLock { $0 }
            for process in all { process.letGo() }
            for process in all { process.waitForEnd() }
        }
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
        let input = dup(inputPipe.fileHandleForWriting.fileDescriptor)
        let output = dup(outputPipe.fileHandleForReading.fileDescriptor)
        self.input = Mutex(input)
        self.output = Mutex(output)
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
        input.withLock { input in
            guard let input else { return }
            _ = bytes.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
        }
    }

    /// The next line of the output, read on a thread of its own.
    func readLine(within seconds: Int) async -> String? {
        await Self.onItsOwnThread { self.nextLine(within: seconds) }
    }

    /// Closes the input: the script begins to clean up, and nobody waits for it before this process ends.
    func letGo() {
        input.withLock { input in
            if let input { close(input) }
            input = nil
        }
    }

    /// Closes the input and waits for the script to clean up, on a thread of its own: scripts take their time, and
    /// Swift's pool has but a few threads for all the tasks.
    func end() async {
        letGo()
        await Self.onItsOwnThread { self.waitForEnd() }
    }

    /// Returns when the script has ended, for whoever asks.
    private func waitForEnd() {
        output.withLock { output in
            guard let descriptor = output else { return }
            // Longer than a script waits before it kills.
            while Self.nextLine(of: descriptor, within: 60) != nil {}
            close(descriptor)
            output = nil
        }
    }

    /// The next line of the output, on the caller's thread.
    func nextLine(within seconds: Int) -> String? {
        output.withLock { output in output.flatMap { Self.nextLine(of: $0, within: seconds) } }
    }

    private static func nextLine(of output: Int32, within seconds: Int) -> String? {
        let deadline = ContinuousClock.now + .seconds(seconds)
        var line: [UInt8] = []
        while isReadable(output, until: deadline) {
            var byte: UInt8 = 0
            guard read(output, &byte, 1) == 1 else { return nil }
            if byte == UInt8(ascii: "\n") { return String(decoding: line, as: UTF8.self) }
            line.append(byte)
        }
        return nil
    }

    private static func isReadable(_ descriptor: Int32, until deadline: ContinuousClock.Instant) -> Bool {
        var polled = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let rest = max(.zero, ContinuousClock.now.duration(to: deadline)) / .milliseconds(1)
            let count = poll(&polled, 1, Int32(rest.rounded(.up)))
            // A signal says nothing about the output.
            if count >= 0 || errno != EINTR { return count > 0 }
        }
    }

    private static func onItsOwnThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }
}
