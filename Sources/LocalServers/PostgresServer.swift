import Foundation

/// A private PostgreSQL server on the loopback interface, from Debian's package, gone when this process is.
public final class PostgresServer: Sendable {
    /// Why there is no server.
    public struct Failure: Error, CustomStringConvertible {
        /// What is wrong and what to do.
        public let description: String
    }

    /// The port that it listens on.
    public let port: Int
    /// The certificate of the authority that has signed the server's, which is for `localhost`.
    public let authority: String
    private let folder: String
    private let keeper: KeptProcess

    /// The one that everything in this process shares.
    public static func shared() async throws -> PostgresServer { try await sharedServer.value }

    private static let sharedServer = Task.detached { try await PostgresServer.dedicated() }

    /// One that belongs to the caller: it may be stopped, killed and started again.
    public static func dedicated() async throws -> PostgresServer {
        guard let programs = programs() else {
            throw Failure(description: "PostgreSQL is not installed. Run: apt-get install postgresql")
        }
        // Short, since the name of a Unix socket has room for about a hundred bytes.
        let folder = FileManager.default.temporaryDirectory.appending(path: "pg-\(UUID().uuidString.prefix(13))").path
        let port = FreePorts.find(1)[0]
        let keeper = try KeptProcess(script: PostgresKeeper.script, arguments: [folder, programs, "\(port)"])
        let server = PostgresServer(port: port, authority: "\(folder)/ca.pem", folder: folder, keeper: keeper)
        try await expect("ready", keeper.readLine(within: 120))
        return server
    }

    private init(port: Int, authority: String, folder: String, keeper: KeptProcess) {
        self.port = port
        self.authority = authority
        self.folder = folder
        self.keeper = keeper
    }

    /// Where it listens, with a schema of its own for whoever connects so, and more parameters as libpq knows them.
    public func url(schema: String = "public", host: String = "127.0.0.1", _ more: String = "") -> String {
        "postgres://orders@\(host):\(port)/postgres?options=-csearch_path%3D\(schema)\(more.isEmpty ? "" : "&" + more)"
    }

    /// What it has written to its log.
    public var log: String { (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "" }

    /// Stops the server in an orderly way, ending its connections, and waits until it is gone; its data stay.
    public func terminate() async throws { try await command("halt INT", answer: "stopped") }

    /// Kills the server with all its processes, as a power failure would.
    public func kill() async throws { try await command("halt KILL", answer: "stopped") }

    /// Starts the server again on the same port with the same data.
    public func start() async throws { try await command("start", answer: "ready") }

    /// Stops the server in its tracks: its sockets stay open and nobody answers.
    public func freeze() async throws { try await command("signal STOP", answer: "done") }

    /// Lets a frozen server go on.
    public func thaw() async throws { try await command("signal CONT", answer: "done") }

    /// Ends the server and removes its data; returns when both are gone.
    public func close() async { await keeper.end() }

    /// Begins to end the server, and returns at once: for a `defer`, which can't wait.
    ///
    /// Also happens when the process ends, which waits for it then.
    public func letGo() { keeper.letGo() }

    private func command(_ line: String, answer: String) async throws {
        keeper.writeLine(line)
        try await Self.expect(answer, keeper.readLine(within: 120))
    }

    private static func expect(_ answer: String, _ line: String?) throws {
        guard line == answer else {
            throw Failure(description: "PostgreSQL: expected '\(answer)', got '\(line ?? "nothing")'")
        }
    }

    /// The folder with the newest server's programs.
    private static func programs() -> String? {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        return versions.sorted { (Double($0) ?? 0) > (Double($1) ?? 0) }.map { "\(root)/\($0)/bin" }
            .first { FileManager.default.isExecutableFile(atPath: $0 + "/initdb") }
    }
}
