import AMQP
import CRabbitMQ
import Glibc

/// Methods that are sent without waiting: their answers arrive as frames.
///
/// They stand in the outbound buffer until `flush`.
extension BrokerConnection {
    /// Bytes that the socket has not taken yet.
    var unsentBytes: Int { outbound.count }

    /// Hands what waits to the socket, as far as it takes it; says whether bytes have left.
    ///
    /// Throws when the socket has taken nothing for `limit`; without one it may take its time.
    @discardableResult
    borrowing func flush(now: ContinuousClock.Instant, limit: Duration?) throws(BrokerFailure) -> Bool {
        let hasSent = try outbound.flush(now: now) { write($0) }
        if let limit, let stalled = outbound.stalledSince, now >= stalled + limit {
            throw .timedOut("the broker took no bytes for \(limit)")
        }
        return hasSent
    }

    /// Sends all that waits before it returns: for what precedes a call that waits for its answer.
    borrowing func flush(within limit: Duration) throws(BrokerFailure) {
        while true {
            let now = ContinuousClock.now
            try flush(now: now, limit: limit)
            guard unsentBytes > 0 else { return }
            var socket = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&socket, 1, 100)
        }
    }

    private borrowing func write(_ bytes: UnsafeRawBufferPointer) -> WriteResult {
        if let handshake {
            var number: Int32 = 0
            let count = crabbitmq_tls_write(handshake.told, bytes.baseAddress, bytes.count, &number)
            if count >= 0 { return count > 0 ? .took(Int(count)) : .full }
            // OpenSSL has no words for what the operating system said.
            return .failed(number != 0 ? String(cString: strerror(number)) : TLSHandshake.lastError)
        }
        let count = send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        if count > 0 { return .took(count) }
        return errno == EAGAIN || errno == EINTR ? .full : .failed(String(cString: strerror(errno)))
    }

    /// A broker that blocks us reads nothing on purpose: as long as it does, unsent and unacknowledged bytes prove nothing.
    borrowing func expectProgress(_ isExpected: Bool) {
        Self.limitUnacknowledgedBytes(descriptor, seconds: isExpected ? Int(heartbeat / .seconds(1)) * 2 : 0)
        outbound.restartPatience()
    }

    /// Sends `basic.ack`.
    borrowing func acknowledge(_ tag: UInt64, multiple: Bool) { outbound.frames.acknowledge(tag, multiple: multiple) }

    /// `basic.nack` with requeue.
    borrowing func requeue(_ tag: UInt64) { outbound.frames.requeue(tag) }

    /// `basic.qos` for the consumers that follow on the channel.
    borrowing func sendPrefetch(_ prefetch: Prefetch) { outbound.frames.prefetch(prefetch) }

    /// `basic.consume`; `basic.consume-ok` arrives as a frame.
    borrowing func sendConsume(_ queue: QueueName, tag: ConsumerTag) throws(BrokerFailure) {
        guard queue.rawValue.utf8.count <= 255 else {
            throw .invalid("the name '\(queue.rawValue.prefix(40))…' is over 255 bytes")
        }
        outbound.frames.consume(queue, tag: tag)
    }

    /// `basic.cancel`; `basic.cancel-ok` arrives as a frame.
    borrowing func sendCancel(_ tag: ConsumerTag) { outbound.frames.cancel(tag) }

    /// The answer to the broker's `connection.close`, as far as the socket takes it: the connection ends in any case.
    borrowing func sendConnectionCloseOK() {
        outbound.frames.connectionCloseOK()
        _ = try? flush(now: .now, limit: rpcTimeout)
    }

    /// The answer to a `connection.close` before there is a connection to speak of.
    static func sendConnectionCloseOK(_ state: amqp_connection_state_t) {
        var method = amqp_connection_close_ok_t()
        // The connection ends in any case, so the status does not matter.
        _ = amqp_send_method(state, 0, AMQP_CONNECTION_CLOSE_OK_METHOD, &method)
    }

    /// The answer to the broker's `channel.close`.
    borrowing func sendChannelCloseOK() { outbound.frames.channelCloseOK() }

    /// A heartbeat.
    borrowing func sendHeartbeat() { outbound.frames.heartbeat() }

    /// `basic.publish`, mandatory, with its content.
    borrowing func publish(_ publishing: EncodedPublishing) {
        let source = publishing.publishing
        outbound.frames.publish(
            exchange: source.exchange,
            routingKey: source.routingKey,
            properties: publishing.properties,
            body: source.body,
            frameMaximum: frameMaximum
        )
    }
}
