import AMQP
import RabbitMQ

/// A server that speaks as much AMQP as its script makes it: it can do what no broker does on demand.
final class FakePeer: Sendable {
    let log = PeerLog()
    private let server: LoopbackServer

    /// The script gets each connection on a thread of its own; the connection ends with it.
    init(heartbeat: UInt16 = 60, _ script: @escaping @Sendable (PeerSession) throws -> Void) throws {
        let log = log
        server = try LoopbackServer { socket, number in
            try script(PeerSession(socket: socket, number: number, log: log, heartbeat: heartbeat))
        }
    }

    var address: AMQPAddress { AMQPAddress(port: server.port) }

    /// A client of this peer that comes back quickly.
    func configuration(_ change: (inout RabbitMQConfiguration) -> Void = { _ in }) -> RabbitMQConfiguration {
        var configuration = RabbitMQConfiguration(
            address: address,
            backoff: Backoff(initial: .milliseconds(20), ceiling: .milliseconds(200))
        )
        change(&configuration)
        return configuration
    }

    func endConnections() { server.endConnections() }
}

extension PeerSession {
    /// Confirms every publishing, one by one, until the client has gone.
    func confirmEverything() throws {
        for tag: UInt64 in 1... {
            _ = try publishing()
            try acknowledge(tag)
        }
    }
}
