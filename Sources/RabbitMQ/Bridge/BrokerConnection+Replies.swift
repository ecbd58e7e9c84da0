import AMQP
import CRabbitMQ

extension BrokerConnection {
    /// Turns the reply of a call that waited for the broker into an error, if it is one.
    static func check(_ reply: amqp_rpc_reply_t, _ what: String) throws(BrokerFailure) {
        switch reply.reply_type {
        case AMQP_RESPONSE_NORMAL:
            return
        case AMQP_RESPONSE_SERVER_EXCEPTION:
            if let closed = close(of: reply.reply) { throw closed }
            throw .lost("\(what): the broker answered with method \(reply.reply.id)")
        case AMQP_RESPONSE_LIBRARY_EXCEPTION:
            try check(reply.library_error, what)
            throw .lost(what)
        default:
            throw .lost("\(what): the broker closed the socket")
        }
    }

    /// Turns the status of a call that did not wait into an error, if it is one.
    static func check(_ status: Int32, _ what: String) throws(BrokerFailure) {
        guard status < 0 else { return }
        if status == AMQP_STATUS_TIMEOUT.rawValue { throw .timedOut(what) }
        throw .lost("\(what): \(text(status: status))")
    }

    /// The failure that a `channel.close` or `connection.close` stands for.
    static func close(of method: amqp_method_t) -> BrokerFailure? {
        guard let decoded = method.decoded else { return nil }
        switch method.id {
        case AMQP_CHANNEL_CLOSE_METHOD:
            let close = decoded.assumingMemoryBound(to: amqp_channel_close_t.self).pointee
            return .refused(code: close.reply_code, text: String(shown: close.reply_text))
        case AMQP_CONNECTION_CLOSE_METHOD:
            let close = decoded.assumingMemoryBound(to: amqp_connection_close_t.self).pointee
            return .closedByBroker(code: close.reply_code, text: String(shown: close.reply_text))
        default:
            return nil
        }
    }
}
