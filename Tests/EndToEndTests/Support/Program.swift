import Foundation
import LocalServers
import TestKit
import Testing

/// The programs that are built beside the tests.
enum Program {
    /// What a program that has ended said.
    struct Ended: Sendable {
        var status: Int
        var output: String
        var errors: String

        /// The output as JSON; fails the test when it is none.
        func json() throws -> Any {
            try JSONSerialization.jsonObject(with: Data(output.utf8), options: .fragmentsAllowed)
        }
    }

    static func path(_ name: String) throws -> String {
        let tests = URL(fileURLWithPath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
        // On Apple's systems the tests are a bundle that stands beside the programs.
        for folder in sequence(first: tests, next: { $0.deletingLastPathComponent() }).prefix(4) {
            let path = folder.appending(path: name).path
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw NotInTime(description: "there is no \(name) beside the tests; build it first")
    }

    /// Runs `order-worker` to its end.
    static func orderWorker(_ arguments: [String], environment: [String: String], in folder: URL) async throws -> Ended
    {
        try await run(try path("order-worker"), arguments, environment: environment, in: folder)
    }

    /// Runs a program to its end.
    static func run(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String],
        in folder: URL
    ) async throws -> Ended {
        let name = UUID().uuidString
        let (out, err) = (folder.appending(path: "\(name).out"), folder.appending(path: "\(name).err"))
        // The shell sends standard output to a file of its own, so that it can be told from standard error.
        let program = try await KeptProgram.start(
            "/bin/sh",
            ["-c", #"out=$1; err=$2; shift 2; "$@" >"$out" 2>"$err""#, "sh", out.path, err.path, executable]
                + arguments,
            environment: environment,
            logFile: folder.appending(path: "\(name).log")
        )
        let status = try await program.exitStatus()
        await program.end()
        func text(_ file: URL) -> String { (try? String(contentsOf: file, encoding: .utf8)) ?? "" }
        return Ended(status: status, output: text(out), errors: text(err))
    }
}
