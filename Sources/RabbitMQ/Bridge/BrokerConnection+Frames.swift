import AMQP
import CRabbitMQ
import Glibc

extension BrokerConnection {
    /// Whether a frame may be there that `poll` on the descriptor can't see.
    borrowing func hasBufferedInput() -> Bool { amqp_frames_enqueued(state) != 0 || amqp_data_in_buffer(state) != 0 }

    /// Whether bytes have come that nobody has looked at: heartbeats are swallowed by the library without a word.
    borrowing func isReadable() -> Bool {
        var socket = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&socket, 1, 0) > 0
    }

    /// The next frame as a value, or `nil` when none came in the given time.
    ///
    /// Serves heartbeats on the way.
    borrowing func nextFrame(waiting timeout: Duration = .zero) throws(BrokerFailure) -> InboundFrame? {
        var frame = amqp_frame_t()
        var limit = timeout.timeval
        let status = amqp_simple_wait_frame_noblock(state, &frame, &limit)
        if status == AMQP_STATUS_TIMEOUT.rawValue { return nil }
        try Self.check(status, "reading")
        // What was decoded is copied here, so its memory can go; the library keeps it while a frame is incomplete.
        defer { amqp_maybe_release_buffers_on_channel(state, frame.channel) }
        try Self.checkChannel(of: frame)
        switch Int32(frame.frame_type) {
        case AMQP_FRAME_METHOD:
            return Self.method(frame.payload.method)
        case AMQP_FRAME_HEADER:
            let header = frame.payload.properties
            return .header(bodySize: header.body_size, properties: [UInt8](header.raw))
        case AMQP_FRAME_BODY:
            return .body([UInt8](frame.payload.body_fragment))
        default:
            return .other(method: 0)
        }
    }

    /// Content of another channel would be mixed into a message of ours, and each channel takes memory in the library.
    private static func checkChannel(of frame: amqp_frame_t) throws(BrokerFailure) {
        let isAboutConnection = Int32(frame.frame_type) == AMQP_FRAME_METHOD && frame.payload.method.id >> 16 == 10
        guard frame.channel == (isAboutConnection ? 0 : 1) else {
            throw .lost("a frame of type \(frame.frame_type) on channel \(frame.channel), where it does not belong")
        }
    }

    private static func method(_ method: amqp_method_t) -> InboundFrame {
        guard let decoded = method.decoded else { return .other(method: method.id) }
        switch method.id {
        case AMQP_BASIC_DELIVER_METHOD:
            let deliver = decoded.assumingMemoryBound(to: amqp_basic_deliver_t.self).pointee
            return .deliver(
                consumer: ConsumerTag(String(deliver.consumer_tag)),
                tag: deliver.delivery_tag,
                isRedelivered: deliver.redelivered != 0,
                exchange: ExchangeName(String(deliver.exchange)),
                routingKey: RoutingKey(String(deliver.routing_key))
            )
        case AMQP_BASIC_RETURN_METHOD:
            let returned = decoded.assumingMemoryBound(to: amqp_basic_return_t.self).pointee
            return .returned(
                code: returned.reply_code,
                text: String(shown: returned.reply_text),
                exchange: ExchangeName(String(returned.exchange)),
                routingKey: RoutingKey(String(returned.routing_key))
            )
        case AMQP_BASIC_ACK_METHOD:
            let ack = decoded.assumingMemoryBound(to: amqp_basic_ack_t.self).pointee
            return .acknowledge(ack.delivery_tag, multiple: ack.multiple != 0)
        case AMQP_BASIC_NACK_METHOD:
            let nack = decoded.assumingMemoryBound(to: amqp_basic_nack_t.self).pointee
            return .refuse(nack.delivery_tag, multiple: nack.multiple != 0)
        case AMQP_BASIC_CONSUME_OK_METHOD:
            let reply = decoded.assumingMemoryBound(to: amqp_basic_consume_ok_t.self).pointee
            return .consuming(ConsumerTag(String(reply.consumer_tag)))
        case AMQP_BASIC_CANCEL_OK_METHOD:
            let reply = decoded.assumingMemoryBound(to: amqp_basic_cancel_ok_t.self).pointee
            return .cancelled(ConsumerTag(String(reply.consumer_tag)))
        case AMQP_BASIC_CANCEL_METHOD:
            let cancel = decoded.assumingMemoryBound(to: amqp_basic_cancel_t.self).pointee
            return .cancelledByBroker(ConsumerTag(String(cancel.consumer_tag)))
        case AMQP_CHANNEL_CLOSE_METHOD:
            let close = decoded.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
            return .channelClosed(code: close.reply_code, text: String(shown: close.reply_text))
        case AMQP_CONNECTION_CLOSE_METHOD:
            let close = decoded.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
            return .connectionClosed(code: close.reply_code, text: String(shown: close.reply_text))
        case AMQP_CONNECTION_BLOCKED_METHOD:
            let blocked = decoded.assumingMemoryBound(to: amqp_connection_blocked_t.self).pointee
            return .blocked(reason: String(shown: blocked.reason))
        case AMQP_CONNECTION_UNBLOCKED_METHOD:
            return .unblocked
        default:
            return .other(method: method.id)
        }
    }
}
