/// A name that AMQP 0-9-1 carries as a short string: at most 255 bytes of UTF-8.
public protocol AMQPName: Hashable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The name as it goes over the wire.
    var rawValue: String { get }

    /// Takes the name as it is; its length is checked where it is sent.
    init(_ rawValue: String)
}

extension AMQPName {
    /// The name as it goes over the wire.
    public var description: String { rawValue }

    /// Lets a literal stand for the name.
    public init(stringLiteral value: String) { self.init(value) }
}

/// The name of an exchange; the empty name is the default exchange, which routes to the queue named by the key.
public struct ExchangeName: AMQPName {
    /// The name as it goes over the wire.
    public let rawValue: String

    /// Takes the name as it is.
    public init(_ rawValue: String) { self.rawValue = rawValue }

    /// The default exchange: routes to the queue whose name is the routing key.
    public static let `default`: ExchangeName = ""
}

/// The name of a queue.
public struct QueueName: AMQPName {
    /// The name as it goes over the wire.
    public let rawValue: String

    /// Takes the name as it is.
    public init(_ rawValue: String) { self.rawValue = rawValue }
}

/// The label that exchanges match against bindings.
public struct RoutingKey: AMQPName {
    /// The key as it goes over the wire.
    public let rawValue: String

    /// Takes the key as it is.
    public init(_ rawValue: String) { self.rawValue = rawValue }
}

/// The identity of one consumer on a channel.
public struct ConsumerTag: AMQPName {
    /// The tag as it goes over the wire.
    public let rawValue: String

    /// Takes the tag as it is.
    public init(_ rawValue: String) { self.rawValue = rawValue }
}
