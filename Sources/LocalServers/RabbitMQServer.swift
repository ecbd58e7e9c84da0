import Foundation
import Synchronization

/// A private RabbitMQ node on the loopback interface, from Debian's package, gone when this process is.
public final class RabbitMQServer: Sendable {
    /// Why there is no server.
    public struct Failure: Error, CustomStringConvertible {
        /// What is wrong and what to do.
        public let description: String
    }

    /// Where it listens.
    public let url: String
    /// Where it listens with TLS, and the file of the certificate that it shows; `nil` with `AMQP_URL`.
    public let tls: (url: String, certificate: String)?
    /// Where its management API listens; `nil` without the plugin `rabbitmq_management`.
    public let managementURL: String?
    /// `nil` when the server belongs to somebody else (`AMQP_URL`).
    private let keeper: KeptProcess?
    /// The folder of its data and logs.
    private let base: String?

    /// Whether the shared server is ours, so that it may be stopped and looked into.
    public static var isPrivate: Bool { ProcessInfo.processInfo.environment["AMQP_URL", default: ""].isEmpty }

    /// The one that everything in this process shares: `AMQP_URL` when it is set, otherwise a node that is started once.
    public static func shared() async throws -> RabbitMQServer { try await sharedServer.value }

    private static let sharedServer = Task.detached {
        if !isPrivate, let url = ProcessInfo.processInfo.environment["AMQP_URL"] {
            return RabbitMQServer(url: url, tls: nil, managementURL: nil, keeper: nil, base: nil)
        }
        return try await RabbitMQServer.dedicated()
    }

    /// One that belongs to the caller: it may be stopped, killed and started again.
    ///
    /// `plugins` of Debian's package are enabled; `environment` and lines of `rabbitmq.conf` come on top of our own. With
    /// `ssl_options` among them the node makes no certificate of its own.
    public static func dedicated(
        plugins: [String] = [],
        environment: [String: String] = [:],
        configuration: [String] = []
    ) async throws -> RabbitMQServer {
        guard FileManager.default.isExecutableFile(atPath: "/usr/lib/rabbitmq/bin/rabbitmq-server") else {
            throw Failure(
                description: "RabbitMQ is not installed. Run: apt-get install rabbitmq-server (or set AMQP_URL)"
            )
        }
        let base = FileManager.default.temporaryDirectory.appending(path: "rabbitmq-\(UUID().uuidString)").path
        let ports = FreePorts.find(5)
        let hasManagement = plugins.contains("rabbitmq_management")
        let keeper = try KeptProcess(
            script: RabbitMQKeeper.script,
            arguments: [base] + ports.prefix(4).map(String.init) + [
                hasManagement ? "\(ports[4])" : "", plugins.joined(separator: ","),
                configuration.joined(separator: "\n"),
            ],
            environment: environment
        )
        let server = RabbitMQServer(
            url: "amqp://guest:guest@127.0.0.1:\(ports[0])/",
            tls: ("amqps://guest:guest@localhost:\(ports[1])/", "\(base)/certificate.pem"),
            managementURL: hasManagement ? "http://guest:guest@127.0.0.1:\(ports[4])" : nil,
            keeper: keeper,
            base: base
        )
        try await expect("ready", keeper.readLine(within: 120))
        return server
    }

    private init(
        url: String,
        tls: (url: String, certificate: String)?,
        managementURL: String?,
        keeper: KeptProcess?,
        base: String?
    ) {
        self.url = url
        self.tls = tls
        self.managementURL = managementURL
        self.keeper = keeper
        self.base = base
    }

    /// What the node has logged: warnings and errors.
    public var log: String {
        guard let base else { return "" }
        let folder = URL(filePath: base).appending(path: "log")
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.compactMap { try? String(contentsOf: $0, encoding: .utf8) }.joined()
    }

    /// Stops the node in an orderly way and waits until it is gone; its data stay.
    public func terminate() async throws { try await command("halt TERM", answer: "stopped") }

    /// Kills the node.
    ///
    /// A quorum queue that is younger than about five seconds does not survive this on RabbitMQ 3.10.
    public func kill() async throws { try await command("halt KILL", answer: "stopped") }

    /// Starts the node again on the same port with the same data.
    public func start() async throws { try await command("start", answer: "ready") }

    /// Stops the node in its tracks: its sockets stay open and nobody answers.
    public func freeze() async throws { try await command("signal STOP", answer: "done") }

    /// Lets a frozen node go on.
    public func thaw() async throws { try await command("signal CONT", answer: "done") }

    /// Runs `rabbitmqctl` with these words, none of which may contain a space.
    public func control(_ words: String...) async throws {
        try await command("control " + words.joined(separator: " "), answer: "done")
    }

    /// Runs a line of shell in which `rabbitmqctl` speaks to this node, as an operator would beside it.
    public func shell(_ line: String) async throws { try await command("shell " + line, answer: "done") }

    /// Ends the node and removes its data; returns when both are gone.
    public func close() async { await keeper?.end() }

    /// Begins to end the node, and returns at once: for a `defer`, which can't wait.
    ///
    /// Also happens when the process ends, which waits for it then.
    public func letGo() { keeper?.letGo() }

    private func command(_ line: String, answer: String) async throws {
        guard let keeper else { throw Failure(description: "the server of AMQP_URL is not ours to stop") }
        keeper.writeLine(line)
        try await Self.expect(answer, keeper.readLine(within: 120))
    }

    private static func expect(_ answer: String, _ line: String?) throws {
        guard line == answer else {
            throw Failure(description: "RabbitMQ: expected '\(answer)', got '\(line ?? "nothing")'")
        }
    }
}
