import AMQP
import CRabbitMQ
import Glibc

/// Methods that are sent without waiting: their answers arrive as frames.
extension BrokerConnection {
    /// Holds the socket's bytes back (or lets them go), so that a batch leaves in few packets.
    borrowing func cork(_ isCorked: Bool) {
        guard !usesTLS else { return }
        var flag: Int32 = isCorked ? 1 : 0
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_CORK, &flag, socklen_t(MemoryLayout.size(ofValue: flag)))
    }

    /// Sends `basic.ack`.
    borrowing func acknowledge(_ tag: UInt64, multiple: Bool) throws(BrokerFailure) {
        try Self.check(amqp_basic_ack(state, 1, tag, multiple ? 1 : 0), "basic.ack")
    }

    /// Sends `basic.nack` with requeue.
    borrowing func requeue(_ tag: UInt64) throws(BrokerFailure) {
        try Self.check(amqp_basic_nack(state, 1, tag, 0, 1), "basic.nack")
    }

    /// `basic.qos` for the consumers that follow on the channel.
    borrowing func sendPrefetch(_ prefetch: Prefetch) throws(BrokerFailure) {
        var method = amqp_basic_qos_t(prefetch_size: 0, prefetch_count: prefetch.count, global: 0)
        try Self.check(amqp_send_method(state, 1, AMQP_BASIC_QOS_METHOD, &method), "basic.qos")
    }

    /// `basic.consume`; `basic.consume-ok` arrives as a frame.
    borrowing func sendConsume(_ queue: QueueName, tag: ConsumerTag) throws(BrokerFailure) {
        defer { arena.recycle() }
        var method = amqp_basic_consume_t()
        method.queue = try arena.name(queue)
        method.consumer_tag = try arena.name(tag)
        try Self.check(amqp_send_method(state, 1, AMQP_BASIC_CONSUME_METHOD, &method), "basic.consume")
    }

    /// `basic.cancel`; `basic.cancel-ok` arrives as a frame.
    borrowing func sendCancel(_ tag: ConsumerTag) throws(BrokerFailure) {
        defer { arena.recycle() }
        var method = amqp_basic_cancel_t()
        method.consumer_tag = try arena.name(tag)
        try Self.check(amqp_send_method(state, 1, AMQP_BASIC_CANCEL_METHOD, &method), "basic.cancel")
    }

    /// The answer to the broker's `connection.close`.
    borrowing func sendConnectionCloseOK() { Self.sendConnectionCloseOK(state) }

    /// The answer to a `connection.close` before there is a connection to speak of.
    static func sendConnectionCloseOK(_ state: amqp_connection_state_t) {
        var method = amqp_connection_close_ok_t()
        // The connection ends in any case, so the status does not matter.
        _ = amqp_send_method(state, 0, AMQP_CONNECTION_CLOSE_OK_METHOD, &method)
    }

    /// The answer to the broker's `channel.close`: without it the channel number stays in use.
    borrowing func sendChannelCloseOK() throws(BrokerFailure) {
        var method = amqp_channel_close_ok_t()
        try Self.check(amqp_send_method(state, 1, AMQP_CHANNEL_CLOSE_OK_METHOD, &method), "channel.close-ok")
    }

    /// `basic.publish`, mandatory, with its content.
    borrowing func publish(_ publishing: EncodedPublishing) throws(BrokerFailure) {
        defer { arena.recycle() }
        let source = publishing.publishing
        var properties = try basicProperties(source.properties, headers: publishing.headers)
        let exchange = try arena.name(source.exchange)
        let routingKey = try arena.name(source.routingKey)
        let status = source.body.withUnsafeBytes { body in
            amqp_basic_publish(
                state,
                1,
                exchange,
                routingKey,
                1,
                0,
                &properties,
                amqp_bytes_t(len: body.count, bytes: UnsafeMutableRawPointer(mutating: body.baseAddress))
            )
        }
        try Self.check(status, "basic.publish")
    }

    private borrowing func basicProperties(
        _ source: Properties,
        headers: [UInt8]?
    ) throws(BrokerFailure) -> amqp_basic_properties_t {
        var target = amqp_basic_properties_t()
        var flags: Int32 = 0
        func set(_ text: String?, _ field: inout amqp_bytes_t, _ flag: Int32) {
            guard let text else { return }
            field = arena.bytes(text)
            flags |= flag
        }
        set(source.contentType, &target.content_type, AMQP_BASIC_CONTENT_TYPE_FLAG)
        set(source.contentEncoding, &target.content_encoding, AMQP_BASIC_CONTENT_ENCODING_FLAG)
        set(source.correlationID, &target.correlation_id, AMQP_BASIC_CORRELATION_ID_FLAG)
        set(source.replyTo, &target.reply_to, AMQP_BASIC_REPLY_TO_FLAG)
        set(source.expiration, &target.expiration, AMQP_BASIC_EXPIRATION_FLAG)
        set(source.messageID, &target.message_id, AMQP_BASIC_MESSAGE_ID_FLAG)
        set(source.type, &target.type, AMQP_BASIC_TYPE_FLAG)
        set(source.userID, &target.user_id, AMQP_BASIC_USER_ID_FLAG)
        set(source.appID, &target.app_id, AMQP_BASIC_APP_ID_FLAG)
        if let headers {
            target.headers = try arena.table(encoded: headers)
            flags |= AMQP_BASIC_HEADERS_FLAG
        }
        if let deliveryMode = source.deliveryMode {
            target.delivery_mode = deliveryMode.rawValue
            flags |= AMQP_BASIC_DELIVERY_MODE_FLAG
        }
        if let priority = source.priority {
            target.priority = priority
            flags |= AMQP_BASIC_PRIORITY_FLAG
        }
        if let timestamp = source.timestamp {
            target.timestamp = timestamp
            flags |= AMQP_BASIC_TIMESTAMP_FLAG
        }
        target._flags = UInt32(bitPattern: flags)
        return target
    }
}
