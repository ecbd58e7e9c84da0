import Foundation
import Synchronization
import TestKit
import Testing

@testable import LocalServers

/// Child processes, whose end takes its time.
@Suite(.timeLimit(.minutes(2))) struct KeptProgramTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "kept-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    @Test func `while programs that ignore TERM are ended, other tasks go on`() async throws {
        let mayEnd = folder.appending(path: "may-end")
        // They end by themselves once they may: as many as Swift's pool has threads, so that none is left if each blocks one.
        let script = #"trap '' TERM; while [ ! -e "$0" ]; do sleep 0.05; done"#
        var programs: [KeptProgram] = []
        for number in 1...ProcessInfo.processInfo.activeProcessorCount {
            let log = folder.appending(path: "\(number).log")
            programs.append(try await KeptProgram.start("/bin/sh", ["-c", script, mayEnd.path], logFile: log))
        }
        let (events, happening) = AsyncStream.makeStream(of: String.self)
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        await withTaskGroup { group in
            for program in programs {
                group.addTask {
                    beginning.yield()
                    await program.end()
                    happening.yield("ended")
                }
            }
            group.addTask { [count = programs.count] in
                for await _ in begun.prefix(count) {}
                happening.yield("went on")
                #expect(FileManager.default.createFile(atPath: mayEnd.path, contents: nil))
            }
        }
        happening.finish()
        let order = await events.reduce(into: []) { $0.append($1) }
        #expect(order == ["went on"] + programs.map { _ in "ended" })
        // Nothing is left.
        #expect(programs.allSatisfy { !FileManager.default.fileExists(atPath: "/proc/\($0.pid)/exe") })
        try FileManager.default.removeItem(at: folder)
    }

    @Test func `who is let go is ended by its keeper, and who waits for it later sees that`() async throws {
        let program = try await KeptProgram.start(
            "/bin/sleep",
            ["600"],
            logFile: folder.appending(path: "sleep.log")
        )
        program.letGo()
        // A word to somebody who was let go is no error.
        program.signal("CONT")
        async let first: Void = program.end()
        async let second: Void = program.end()
        _ = await (first, second)
        #expect(!FileManager.default.fileExists(atPath: "/proc/\(program.pid)/exe"))
        try FileManager.default.removeItem(at: folder)
    }

    private static let signals = Atomic(0)
    private static let reader = Mutex<pthread_t?>(nil)

    @Test func `a signal to the thread that reads is not the end of the output`() async throws {
        let process = try KeptProcess(script: "read -r line; echo \"$line\"", arguments: [])
        signal(SIGURG) { _ in KeptProgramTests.signals.add(1, ordering: .sequentiallyConsistent) }
        let (line, saying) = AsyncStream.makeStream(of: String?.self)
        Thread.detachNewThread {
            // Threads of Swift's pool block every signal, and hand that on.
            var all = sigset_t()
            sigfillset(&all)
            pthread_sigmask(SIG_UNBLOCK, &all, nil)
            Self.reader.withLock { $0 = pthread_self() }
            saying.yield(process.nextLine(within: 60))
            saying.finish()
        }
        // Each is handled before the next, so that all but the first few come while the thread waits for a line.
        for number in 1...50 {
            try await eventually("signal \(number) is handled") {
                guard let thread = Self.reader.withLock({ $0 }) else { return false }
                let before = Self.signals.load(ordering: .sequentiallyConsistent)
                if before < number { pthread_kill(thread, SIGURG) }
                return before >= number
            }
        }
        process.writeLine("still here")
        #expect(await line.first { _ in true } == "still here")
        signal(SIGURG, SIG_DFL)
        await process.end()
    }
}
