import Foundation
import Testing

@testable import EMSSandbox

/// The command itself, as the demo starts it.
@Suite struct ExecutableTests {
    /// A started `ems-sandbox`.
    private struct Running {
        let process: Process
        let output: FileHandle
        let errors: FileHandle

        init(_ arguments: [String]) throws {
            // The tests' bundle and the command are built into the same folder.
            let bundle = try #require(CommandLine.arguments.first { $0.contains(".xctest") })
            process = Process()
            var folder = URL(fileURLWithPath: bundle).deletingLastPathComponent()
            // On Apple's systems the binary is three folders deep in the bundle.
            while folder.path.contains(".xctest") { folder.deleteLastPathComponent() }
            process.executableURL = folder.appending(path: "ems-sandbox")
            process.arguments = arguments
            let (out, err) = (Pipe(), Pipe())
            process.standardOutput = out
            process.standardError = err
            output = out.fileHandleForReading
            errors = err.fileHandleForReading
            try process.run()
        }

        /// The port that the first line names; the line is there only once the sandbox listens.
        func port() throws -> Int {
            let line = String(decoding: output.availableData, as: UTF8.self)
            let prefix = "ems-sandbox listening on http://127.0.0.1:"
            try #require(line.hasPrefix(prefix) && line.hasSuffix("/ems\n"), "\(line)")
            return try #require(Int(line.dropFirst(prefix.count).dropLast("/ems\n".count)))
        }

        func end() -> (status: Int32, errors: String) {
            process.waitUntilExit()
            let text = (try? errors.readToEnd()).flatMap { $0 } ?? Data()
            return (process.terminationStatus, String(decoding: text, as: UTF8.self))
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [SIGTERM, SIGINT])
    func `It says where it listens, answers, and ends in order on a signal`(signal: Int32) async throws {
        let running = try Running(["--port", "0", "--username", "u", "--password", "p"])
        defer { running.process.terminate() }
        let client = Client(port: try running.port(), clock: TestClock())
        let answer = try await client.send("GET", "/ems/api/v5/products", ["Authorization": Client.basic("u:p")])
        #expect(answer.status == 200)
        kill(running.process.processIdentifier, signal)
        #expect(running.end().status == 0)
        #expect(running.process.terminationReason == .exit)
    }

    @Test(.timeLimit(.minutes(1)))
    func `A port in use is said and ends it with 1`() throws {
        let first = try Running(["--port", "0"])
        defer { first.process.terminate() }
        let port = try first.port()
        let second = try Running(["--port", "\(port)"]).end()
        #expect(second.status == 1)
        #expect(second.errors.contains("can't listen on 127.0.0.1:\(port)"))
    }

    @Test(.timeLimit(.minutes(1)))
    func `A corrupt state file is said and ends it with 1`() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "ems-sandbox-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try "nonsense".write(toFile: path, atomically: true, encoding: .utf8)
        let ended = try Running(["--port", "0", "--state", path]).end()
        #expect(ended.status == 1)
        #expect(ended.errors.contains(path))
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "nonsense")
    }
}
