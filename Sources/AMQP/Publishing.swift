/// A message to be published.
///
/// Always mandatory: what can't be routed comes back as an error.
public struct Publishing: Hashable, Sendable {
    /// Where it goes.
    public var exchange: ExchangeName
    /// The label that bindings match.
    public var routingKey: RoutingKey
    /// Its properties, headers included.
    public var properties: Properties
    /// Its bytes.
    public var body: [UInt8]

    /// Describes what to publish.
    public init(exchange: ExchangeName, routingKey: RoutingKey, properties: Properties, body: [UInt8]) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.properties = properties
        self.body = body
    }
}

/// Why a publishing has no confirm.
public enum PublishFailure: Error, Hashable, Sendable {
    /// The broker returned it: no queue is bound for the key (312), or the exchange has none.
    case unroutable(code: UInt16, text: String)
    /// The broker refused it with `basic.nack`, a full queue for one.
    case refused
    /// No answer within the deadline, or the connection went: it may have arrived. Publish again under the same id.
    case unknown(String)
    /// It can't be sent at all: a header table over the frame size, a name over 255 bytes.
    case invalid(String)
    /// The publisher was closed.
    case closed
}
