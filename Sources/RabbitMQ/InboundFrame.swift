import AMQP

/// A frame from the broker as a value.
enum InboundFrame: Hashable, Sendable {
    case deliver(
        consumer: ConsumerTag,
        tag: UInt64,
        isRedelivered: Bool,
        exchange: ExchangeName,
        routingKey: RoutingKey
    )
    case returned(code: UInt16, text: String, exchange: ExchangeName, routingKey: RoutingKey)
    case header(bodySize: UInt64, properties: [UInt8])
    case body([UInt8])
    case acknowledge(UInt64, multiple: Bool)
    case refuse(UInt64, multiple: Bool)
    /// `basic.consume-ok`
    case consuming(ConsumerTag)
    /// `basic.cancel-ok`: our own cancel was done.
    case cancelled(ConsumerTag)
    /// `basic.cancel`: the broker's decision.
    case cancelledByBroker(ConsumerTag)
    case channelClosed(code: UInt16, text: String)
    case connectionClosed(code: UInt16, text: String)
    case blocked(reason: String)
    case unblocked
    /// A method that needs no answer here.
    case other(method: UInt32)
}
