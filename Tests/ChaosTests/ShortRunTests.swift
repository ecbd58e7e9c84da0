import Foundation
import LocalServers
import Testing

@testable import Chaos

/// A minute's worth of what `make chaos` does for as long as one likes.
@Suite(.serialized) struct ShortRunTests {
    @Test(.timeLimit(.minutes(4)))
    func `Random orders amid random trouble lead to what the model says`() async throws {
        try await Self.run(["--commands", "320", "--per-cell", "80", "--lanes", "2", "--seconds", "25"])
    }

    @Test(.timeLimit(.minutes(4)))
    func `Two workers whose ledger's connections are cut, and whose server is away, do what the model says`()
        async throws
    {
        let faults = ["--faults", "ledger cut,ledger away", "--deaths", "none,kill -9"]
        try await Self.run(
            ["--ledger", "postgres", "--workers", "2", "--commands", "160", "--per-cell", "80", "--seconds", "25"]
                + faults
        )
    }

    private static func run(_ options: [String]) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "chaos-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let program = try await KeptProgram.start(
            try chaos(),
            options + ["--logs", folder.appending(path: "logs").path],
            logFile: folder.appending(path: "chaos.log")
        )
        let status = try await program.exitStatus()
        #expect(status == 0, "\(program.log)")
        #expect(program.log.contains(" 0 violations; seed "))
        #expect(!program.log.contains("THE FAULT NEVER STRUCK"), "\(program.log)")
        await program.end()
        if status == 0 { try? FileManager.default.removeItem(at: folder) }
    }

    private static func chaos() throws -> String {
        let tests = URL(fileURLWithPath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
        for folder in sequence(first: tests, next: { $0.deletingLastPathComponent() }).prefix(4) {
            let path = folder.appending(path: "Chaos").path
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw NotInTime(description: "there is no Chaos beside the tests; build it first")
    }
}
