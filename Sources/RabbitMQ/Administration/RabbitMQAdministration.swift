public import AMQP
public import Logging

/// Looks at and changes a broker's topology, each time over a short-lived connection of its own.
public struct RabbitMQAdministration: Sendable {
    /// How full a queue is and who reads it.
    public struct QueueDepth: Hashable, Sendable {
        /// Messages that are ready; without those that a consumer holds.
        public var messages: Int
        /// Registered consumers.
        public var consumers: Int

        /// Describes a queue.
        public init(messages: Int, consumers: Int) {
            self.messages = messages
            self.consumers = consumers
        }
    }

    let configuration: RabbitMQConfiguration
    private let logger: Logger

    /// Connects only when it is asked something.
    public init(configuration: RabbitMQConfiguration, logger: Logger) {
        var configuration = configuration
        configuration.connectionName += " administration"
        // Nobody sends heartbeats between two calls; each call has a deadline of its own.
        configuration.heartbeat = .seconds(60)
        self.configuration = configuration
        self.logger = logger
    }

    /// Declares what is missing; what exists with other arguments comes back as `BrokerFailure.topology`.
    ///
    /// A user without the permission to declare must only find everything there: the answer says what could not be
    /// compared then.
    @discardableResult
    public func declare(_ topology: Topology) async throws(BrokerFailure) -> [TopologyWarning] {
        let warnings = try await connected { connection throws(BrokerFailure) in try connection.declare(topology) }
        logger.debug("declared the topology", metadata: ["queues": "\(topology.queues.count)"])
        return warnings
    }

    /// Compares exchanges and queues with what is required and changes nothing: all differences, with what mends them, and
    /// what could not be compared.
    ///
    /// AMQP has no question for bindings: those are not compared. `passively` asks only whether things exist, which needs
    /// no permission at all.
    public func compare(_ topology: Topology, passively: Bool = false) async throws(BrokerFailure) -> TopologyReport {
        try await connected { connection throws(BrokerFailure) in
            try connection.compare(topology, passively: passively)
        }
    }

    /// Compares like `compare`; differences come back as `BrokerFailure.topology`.
    public func verify(_ topology: Topology) async throws(BrokerFailure) {
        let report = try await compare(topology)
        guard report.isAsRequired else { throw .topology(report.differences) }
    }

    /// What is agreed with the broker over TLS; `nil` without.
    public func tlsSession() async throws(BrokerFailure) -> TLSSession? {
        try await connected { connection throws(BrokerFailure) in connection.tlsSession }
    }

    /// How full a queue is.
    public func queueDepth(_ queue: QueueName) async throws(BrokerFailure) -> QueueDepth {
        try await connected { connection throws(BrokerFailure) in
            let state = try connection.declare(Topology.Queue(queue, arguments: [:]), isPassive: true)
            return QueueDepth(messages: state.messages, consumers: state.consumers)
        }
    }

    /// The messages at the head of a queue.
    ///
    /// They go back to it when the connection closes, counted as delivered once more.
    public func browse(_ queue: QueueName, limit: Int) async throws(BrokerFailure) -> [Message] {
        let configuration = configuration
        return try await connected { connection throws(BrokerFailure) in
            var messages: [Message] = []
            while messages.count < limit, let (_, message) = try connection.fetch(queue, configuration) {
                messages.append(message)
            }
            return messages
        }
    }

    /// Takes the message at the head of a queue, or `nil` when there is none.
    public func get(_ queue: QueueName) async throws(BrokerFailure) -> Message? {
        let configuration = configuration
        return try await connected { connection throws(BrokerFailure) in
            guard let (tag, message) = try connection.fetch(queue, configuration) else { return nil }
            connection.acknowledge(tag, multiple: false)
            try connection.flush(within: connection.rpcTimeout)
            return message
        }
    }

    /// Removes the ready messages of a queue and says how many there were.
    @discardableResult
    public func purge(_ queue: QueueName) async throws(BrokerFailure) -> Int {
        try await connected { connection throws(BrokerFailure) in try connection.purge(queue) }
    }

    /// Deletes a queue with its messages.
    public func delete(queue: QueueName) async throws(BrokerFailure) {
        try await connected { connection throws(BrokerFailure) in try connection.delete(queue) }
    }

    /// Deletes an exchange; `ifUnused` refuses with 406 while a queue is bound to it.
    public func delete(exchange: ExchangeName, ifUnused: Bool = false) async throws(BrokerFailure) {
        try await connected { connection throws(BrokerFailure) in try connection.delete(exchange, ifUnused: ifUnused) }
    }

    func connected<Value: Sendable>(
        _ body: @escaping @Sendable (borrowing BrokerConnection) throws(BrokerFailure) -> Value
    ) async throws(BrokerFailure) -> Value {
        let configuration = configuration
        return try await OwnerThread.run(name: "amqp-admin") { () throws(BrokerFailure) in
            let connection = try ConnectionAttempt.connection(configuration)
            do throws(BrokerFailure) {
                let value = try body(connection)
                connection.close(within: configuration.closeTimeout)
                return value
            } catch {
                throw connection.ended(by: error)
            }
        }
    }
}

extension BrokerConnection {
    /// Gets one message without acknowledging it.
    borrowing func fetch(
        _ queue: QueueName,
        _ configuration: RabbitMQConfiguration
    ) throws(BrokerFailure) -> (tag: UInt64, message: Message)? {
        callGuard.arm(for: rpcTimeout * 2 + .seconds(1))
        defer { callGuard.disarm() }
        guard let method = try get(queue) else { return nil }
        var assembler = MessageAssembler(limits: configuration.limits)
        _ = try assembler.take(method)
        let deadline = ContinuousClock.now + configuration.rpcTimeout
        while ContinuousClock.now < deadline {
            guard let frame = try nextFrame(waiting: max(.zero, ContinuousClock.now.duration(to: deadline))) else {
                continue
            }
            if case .delivery(_, let tag, _, let message) = try assembler.take(frame) { return (tag, message) }
        }
        throw .timedOut("the content of basic.get \(queue)")
    }
}
