import Foundation
import LocalServers

/// Peers on the loopback interface that speak TLS in front of a broker's port without it, each in its own way, or do not
/// speak it at all.
///
/// A python program; ends with this process.
public final class TLSPeers: Sendable {
    /// One of them.
    public enum Peer: Sendable {
        /// Shows that certificate; speaks the versions from `lowest` to `highest` (such as `TLSv1_2`).
        case tls(certificate: String, key: String, lowest: String = "TLSv1_2", highest: String = "TLSv1_3")
        /// Also demands a certificate that this authority has signed.
        case mutual(certificate: String, key: String, authority: String, highest: String)
        /// Answers as a broker does to what is no AMQP, and closes.
        case plain
        /// Says nothing.
        case silent
        /// Closes at once.
        case closing

        fileprivate var words: [String] {
            switch self {
            case .tls(let certificate, let key, let lowest, let highest):
                ["tls", certificate, key, lowest, highest, ""]
            case .mutual(let certificate, let key, let authority, let highest):
                ["tls", certificate, key, "TLSv1_2", highest, authority]
            case .plain: ["plain"]
            case .silent: ["silent"]
            case .closing: ["closing"]
            }
        }
    }

    private let program: KeptProgram
    private let ports: [Int]

    /// Starts them all; certificates are read anew for every connection.
    public static func start(_ peers: [Peer], before brokerPort: Int) async throws -> TLSPeers {
        let log = FileManager.default.temporaryDirectory.appending(path: "tls-peers-\(UUID().uuidString).log")
        let choice = #"if [ -x /usr/bin/python3 ]; then exec /usr/bin/python3 "$@"; fi; exec python3 "$@""#
        let words = peers.map { $0.words.joined(separator: "|") }
        let program = try await KeptProgram.start(
            "/bin/bash",
            ["-c", choice, "python", "-c", script, String(brokerPort)] + words,
            logFile: log
        )
        try await eventually("the TLS peers listen: \(program.log)") { program.log.contains("\n") }
        let said = program.log
        try? FileManager.default.removeItem(at: log)
        let ports = said.prefix { $0 != "\n" }.split(separator: " ").compactMap { Int($0) }
        guard ports.count == peers.count else { throw NotInTime(description: "no TLS peers: \(said)") }
        return TLSPeers(program: program, ports: ports)
    }

    private init(program: KeptProgram, ports: [Int]) {
        self.program = program
        self.ports = ports
    }

    /// The ports, in the order of the peers.
    public subscript(_ index: Int) -> Int { ports[index] }

    /// Begins to end them, and returns at once: for a `defer`.
    public func letGo() { program.letGo() }

    private static let script = #"""
        import select, socket, ssl, sys, threading

        broker = int(sys.argv[1])

        def serve(client, words):
            try:
                if words[0] == "plain":
                    client.recv(8)
                    client.sendall(b"AMQP\0\0\x09\x01")
                if words[0] == "silent":
                    while client.recv(4096):
                        pass
                if words[0] != "tls":
                    return
                _, certificate, key, lowest, highest, authority = words
                context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                context.set_ciphers("ALL:@SECLEVEL=0")
                context.minimum_version = ssl.TLSVersion[lowest]
                context.maximum_version = ssl.TLSVersion[highest]
                context.load_cert_chain(certificate, key)
                if authority:
                    context.load_verify_locations(authority)
                    context.verify_mode = ssl.CERT_REQUIRED
                with context.wrap_socket(client, server_side=True) as secure:
                    with socket.create_connection(("127.0.0.1", broker)) as inner:
                        relay(secure, inner)
            except OSError:
                pass
            finally:
                client.close()

        # One thread for both ways: two may not use one TLS session at once.
        def relay(secure, inner):
            while True:
                ready = [secure] if secure.pending() else select.select([secure, inner], [], [])[0]
                for source in ready:
                    data = source.recv(65536)
                    if not data:
                        return
                    (inner if source is secure else secure).sendall(data)

        def listen(listener, words):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=serve, args=(client, words), daemon=True).start()

        listeners = [socket.create_server(("127.0.0.1", 0)) for _ in sys.argv[2:]]
        for listener, text in zip(listeners, sys.argv[2:]):
            threading.Thread(target=listen, args=(listener, text.split("|")), daemon=True).start()
        print(*[listener.getsockname()[1] for listener in listeners], flush=True)
        threading.Event().wait()
        """#
}
