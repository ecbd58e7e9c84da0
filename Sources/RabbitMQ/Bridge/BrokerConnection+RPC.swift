import AMQP
import CRabbitMQ

/// Calls that wait for the broker's answer. Only before deliveries flow, or on a connection without consumers.
extension BrokerConnection {
    /// What a `queue.declare` answers.
    struct QueueState: Hashable, Sendable {
        var messages: Int
        var consumers: Int
    }

    borrowing func openChannel() throws(BrokerFailure) {
        _ = amqp_channel_open(state, 1)
        try checkReply("channel.open")
    }

    borrowing func selectConfirms() throws(BrokerFailure) {
        _ = amqp_confirm_select(state, 1)
        try checkReply("confirm.select")
    }

    borrowing func declare(_ exchange: Topology.Exchange, isPassive: Bool = false) throws(BrokerFailure) {
        defer { arena.recycle() }
        _ = amqp_exchange_declare(
            state,
            1,
            try arena.name(exchange.name),
            arena.bytes(exchange.kind.rawValue),
            isPassive ? 1 : 0,
            1,
            0,
            0,
            try arena.table(exchange.arguments)
        )
        try checkReply("exchange.declare \(exchange.name)")
    }

    @discardableResult
    borrowing func declare(_ queue: Topology.Queue, isPassive: Bool = false) throws(BrokerFailure) -> QueueState {
        defer { arena.recycle() }
        let reply = amqp_queue_declare(
            state,
            1,
            try arena.name(queue.name),
            isPassive ? 1 : 0,
            1,
            0,
            0,
            try arena.table(queue.arguments)
        )
        try checkReply("queue.declare \(queue.name)")
        guard let reply else { throw .lost("queue.declare \(queue.name): no answer") }
        return QueueState(messages: Int(reply.pointee.message_count), consumers: Int(reply.pointee.consumer_count))
    }

    /// A declare that no broker grants: streams are neither transient nor exclusive.
    ///
    /// Were it granted after all, the queue would end with the connection.
    borrowing func declareTransientStream(_ queue: QueueName) throws(BrokerFailure) {
        defer { arena.recycle() }
        _ = amqp_queue_declare(state, 1, try arena.name(queue), 0, 0, 1, 1, try arena.table(["x-queue-type": "stream"]))
        try checkReply("queue.declare \(queue)")
    }

    borrowing func bind(_ binding: Topology.Binding) throws(BrokerFailure) {
        defer { arena.recycle() }
        _ = amqp_queue_bind(
            state,
            1,
            try arena.name(binding.queue),
            try arena.name(binding.exchange),
            try arena.name(binding.routingKey),
            amqp_table_t(num_entries: 0, entries: nil)
        )
        try checkReply("queue.bind \(binding.queue)")
    }

    borrowing func purge(_ queue: QueueName) throws(BrokerFailure) -> Int {
        defer { arena.recycle() }
        let reply = amqp_queue_purge(state, 1, try arena.name(queue))
        try checkReply("queue.purge \(queue)")
        return reply.map { Int($0.pointee.message_count) } ?? 0
    }

    borrowing func delete(_ queue: QueueName) throws(BrokerFailure) {
        defer { arena.recycle() }
        _ = amqp_queue_delete(state, 1, try arena.name(queue), 0, 0)
        try checkReply("queue.delete \(queue)")
    }

    borrowing func delete(_ exchange: ExchangeName, ifUnused: Bool = false) throws(BrokerFailure) {
        defer { arena.recycle() }
        _ = amqp_exchange_delete(state, 1, try arena.name(exchange), ifUnused ? 1 : 0)
        try checkReply("exchange.delete \(exchange)")
    }

    /// `basic.get` without ack: the method of a message whose content follows as frames, or `nil` when the queue is empty.
    borrowing func get(_ queue: QueueName) throws(BrokerFailure) -> InboundFrame? {
        defer { arena.recycle() }
        // The library sends past our buffer.
        try flush(within: rpcTimeout)
        let reply = amqp_basic_get(state, 1, try arena.name(queue), 0)
        try Self.check(reply, "basic.get \(queue)")
        guard reply.reply.id == AMQP_BASIC_GET_OK_METHOD, let decoded = reply.reply.decoded else { return nil }
        let message = decoded.assumingMemoryBound(to: amqp_basic_get_ok_t.self).pointee
        return .deliver(
            consumer: "",
            tag: message.delivery_tag,
            isRedelivered: message.redelivered != 0,
            exchange: ExchangeName(String(message.exchange)),
            routingKey: RoutingKey(String(message.routing_key))
        )
    }

    private borrowing func checkReply(_ what: String) throws(BrokerFailure) {
        do throws(BrokerFailure) {
            try Self.check(amqp_get_rpc_reply(state), what)
        } catch {
            // The library never answers a close by itself.
            if case .closedByBroker = error { sendConnectionCloseOK() }
            throw error
        }
    }
}
