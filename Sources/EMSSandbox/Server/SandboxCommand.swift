import ArgumentParser
import Foundation
import Hummingbird
import ServiceLifecycle
import UnixSignals

/// `ems-sandbox`.
@main
struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ems-sandbox",
        abstract: "A stand-in for the Thales Sentinel EMS REST API v5, for demos and tests.",
        discussion: """
            The API is under /ems/api/v5, availability at /ems/availability. Faults, call counts and products are \
            controlled under /sandbox, from this machine only.
            """
    )

    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"

    @Option(help: "The port to listen on; 0 takes a free one.")
    var port = 8081

    @Option(help: "Keep the state in this JSON file; without it, it is gone at the end.")
    var state: String?

    @Option(help: "The user name that the API accepts.")
    var username = "sandbox"

    @Option(help: "The password that the API accepts.")
    var password = "sandbox"

    func validate() throws {
        guard (0...65_535).contains(port) else { throw ValidationError("--port must be from 0 to 65535, not \(port)") }
        guard !username.isEmpty, !username.contains(":") else {
            throw ValidationError("--username must not be empty and can't contain a colon")
        }
    }

    func run() async throws {
        var configuration = SandboxConfiguration()
        configuration.host = host
        configuration.port = port
        configuration.stateFile = state
        configuration.username = username
        configuration.password = password
        let sandbox: Sandbox
        do {
            sandbox = try Sandbox(configuration)
        } catch {
            try Self.fail("\(error)")
        }
        do {
            let host = host
            let application = sandbox.application { port in
                // Written at once, since tests and the demo wait for this line.
                try? FileHandle.standardOutput.write(
                    contentsOf: Data("ems-sandbox listening on http://\(host):\(port)/ems\n".utf8)
                )
            }
            var group = ServiceGroupConfiguration(
                services: [application],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: application.logger
            )
            // A client that never ends its request doesn't hold up the end.
            group.maximumGracefulShutdownDuration = .seconds(2)
            try await ServiceGroup(configuration: group).run()
        } catch {
            try Self.fail("can't listen on \(host):\(port): \(error)")
        }
    }

    private static func fail(_ message: String) throws -> Never {
        try? FileHandle.standardError.write(contentsOf: Data("ems-sandbox: \(message)\n".utf8))
        throw ExitCode(1)
    }
}
