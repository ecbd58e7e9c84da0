import Foundation
import LocalServers

/// The clients in Python, as processes.
enum Python {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
    /// The first Python of the path need not be the system's, which has Debian's packages.
    private static let choice =
        #"python3 -c 'import pika, jsonschema' 2> /dev/null && exec python3 "$@"; exec /usr/bin/python3 "$@""#
    private static let environment = ["PYTHONDONTWRITEBYTECODE": "1"]

    /// The folder of the contracts.
    static let contracts = root.appending(path: "Contracts")

    /// What keeps the contract.
    static func client(_ name: String) -> String { contracts.appending(path: "clients/python/\(name)").path }

    /// What tests a client, in Python.
    static func test(_ name: String) -> String { root.appending(path: "Tests/Clients/\(name)").path }

    /// What breaks it.
    static func badClient(_ name: String) -> String { root.appending(path: "Tests/Clients/\(name)").path }

    /// Runs a script to its end.
    static func run(_ script: String, _ arguments: [String], in folder: URL) async throws -> Program.Ended {
        try await Program.run(
            "/bin/sh",
            ["-c", choice, "sh", script] + arguments,
            environment: environment,
            in: folder
        )
    }

    /// Runs a line of shell, in which `python3` is the one that has the packages.
    static func shell(_ line: String, in folder: URL) async throws -> Program.Ended {
        try await Program.run(
            "/bin/sh",
            ["-c", "python3() { (unset -f python3; \(choice)); }\n\(line)"],
            environment: environment,
            in: folder
        )
    }

    /// Starts a script that runs until it is ended.
    static func start(_ script: String, _ arguments: [String], logFile: URL) async throws -> KeptProgram {
        try await KeptProgram.start(
            "/bin/sh",
            ["-c", choice, "sh", script] + arguments,
            environment: environment,
            logFile: logFile
        )
    }

    /// A script as a line of shell.
    static func line(_ script: String, _ arguments: [String]) -> String {
        let words = ([script] + arguments).map { "'\($0)'" }.joined(separator: " ")
        return "set -- \(words); export PYTHONDONTWRITEBYTECODE=1; \(choice)"
    }
}
