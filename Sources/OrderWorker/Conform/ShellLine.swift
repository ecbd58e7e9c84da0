import Foundation

/// A line of shell, run with everything it starts, for a limited time.
enum ShellLine {
    /// How long what was told to end may take to.
    private static let grace = Duration.seconds(2)

    /// What it prints; it is ended at the deadline, or when whoever waits for it is cancelled.
    ///
    /// The output goes through a file: a full pipe would stop a long answer.
    static func output(of line: String, until deadline: ContinuousClock.Instant) async throws -> [UInt8] {
        let file = FileManager.default.temporaryDirectory.appending(path: "conform-\(UUID().uuidString)")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", line]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: file)
        let (ends, continuation) = AsyncStream.makeStream(of: Int32.self)
        process.terminationHandler = {
            continuation.yield($0.terminationStatus)
            continuation.finish()
        }
        try process.run()
        guard let status = await ends.first(until: deadline) else {
            await Interruptible.evenSo { await end(process) }
            try Task.checkCancellation()
            throw CommandFailure(description: "the answer's command did not end in time: \(line)")
        }
        guard status == 0 else {
            throw CommandFailure(description: "the answer's command ended with status \(status): \(line)")
        }
        return Array(try Data(contentsOf: file))
    }

    private static func end(_ process: Process) async {
        guard process.isRunning else { return }
        let id = process.processIdentifier
        // Foundation gives a child a process group of its own; a shell ends before what it started.
        let whole = getpgid(id) == id ? -id : id
        kill(whole, SIGTERM)
        let limit = ContinuousClock.now + grace
        while kill(whole, 0) == 0, ContinuousClock.now < limit { try? await Task.sleep(for: .milliseconds(20)) }
        kill(whole, SIGKILL)
    }
}
