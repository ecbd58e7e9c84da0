public import AMQP

/// How to reach the broker, and how long anything may take.
public struct RabbitMQConfiguration: Hashable, Sendable {
    /// Where the broker is.
    public var address: AMQPAddress
    /// What operators see in the broker's list of connections.
    public var connectionName: String
    /// A peer that is silent for twice as long is dead.
    ///
    /// Whole seconds, at least one.
    public var heartbeat: Duration
    /// For TCP, TLS and the handshake together.
    ///
    /// The lookup of the host's name can't be interrupted: when it takes longer, the attempt counts as failed, is taken up
    /// again by the next one, and `close()` does not wait for it.
    public var connectTimeout: Duration
    /// For the answer to a declare, consume or cancel.
    public var rpcTimeout: Duration
    /// For the answer to a publishing, from the call on; over 10 s, since a quorum queue's leader may fail over in the meantime.
    public var confirmTimeout: Duration
    /// For an orderly close.
    public var closeTimeout: Duration
    /// After this a call into the library is taken to hang and its socket is shut down.
    public var callTimeout: Duration
    /// How attempts to connect are spaced.
    public var backoff: Backoff
    /// How much of a remote message is carried.
    public var limits: ContentLimits
    /// The largest header table that is sent, encoded, in bytes; a larger one is `PublishFailure.invalid`.
    ///
    /// AMQP never splits headers over frames, so what the connection's frames hold (128 KiB at most) is a limit as well. The
    /// default lets a message that was carried within `limits` go out again with 16 KiB of headers that explain why.
    public var maximumHeaderBytes: Int
    /// Publishings on their way at once; more wait in memory.
    public var maximumUnconfirmed: Int
    /// Publishings in memory at once, on their way or waiting; whoever publishes more waits for room.
    public var maximumHeld: Int
    /// The bytes of all publishings in memory; a single larger one is taken alone.
    public var maximumHeldBytes: Int
    /// How `amqps://` is secured.
    public var tls: TLSConfiguration
    /// How we log in.
    public var authentication: Authentication

    /// Everything but the address has a default that suits production.
    public init(
        address: AMQPAddress,
        connectionName: String = "order-worker",
        heartbeat: Duration = .seconds(15),
        connectTimeout: Duration = .seconds(10),
        rpcTimeout: Duration = .seconds(10),
        confirmTimeout: Duration = .seconds(15),
        closeTimeout: Duration = .seconds(5),
        callTimeout: Duration = .seconds(20),
        backoff: Backoff = Backoff(),
        limits: ContentLimits = ContentLimits(),
        maximumHeaderBytes: Int = 120 * 1024,
        maximumUnconfirmed: Int = 4096,
        maximumHeld: Int = 16_384,
        maximumHeldBytes: Int = 64 * 1024 * 1024,
        tls: TLSConfiguration = TLSConfiguration(),
        authentication: Authentication = .password
    ) {
        self.address = address
        self.connectionName = connectionName
        self.heartbeat = heartbeat
        self.connectTimeout = connectTimeout
        self.rpcTimeout = rpcTimeout
        self.confirmTimeout = confirmTimeout
        self.closeTimeout = closeTimeout
        self.callTimeout = callTimeout
        self.backoff = backoff
        self.limits = limits
        self.maximumHeaderBytes = maximumHeaderBytes
        self.maximumUnconfirmed = max(1, maximumUnconfirmed)
        self.maximumHeld = max(1, maximumHeld)
        self.maximumHeldBytes = max(1, maximumHeldBytes)
        self.tls = tls
        self.authentication = authentication
    }
}

extension RabbitMQConfiguration {
    /// The heartbeat in AMQP's unit; zero would switch it off, and with it every notice of a dead peer.
    var heartbeatSeconds: Int { max(1, Int(clamping: heartbeat.components.seconds)) }
}
