public import SubscriptionLifecycle

extension OutcomeEvent {
    /// `<operation>.<outcome>`: the routing key of the event (`sync-entitlements.entitlement` for an item of a sync).
    public var routingKey: String { "" }

    /// `orders.<operation>.<outcome>.v1`
    public var type: String { "" }

    /// The event in structured mode: `application/cloudevents+json`. The same event always gives the same bytes.
    public func encoded() -> [UInt8] { [] }
}

/// The deterministic ids of outcome events: UUIDv5 in the contract's namespace.
public enum EventID {
    /// The id of an outcome; `suffix` is the body's SHA-256 for what never got a claim, the entitlement id for a sync item.
    /// `outcome` is the last word of the routing key.
    public static func outcome(_ outcome: String, of identity: CommandIdentity, round: Int = 1, suffix: String? = nil) -> String { "" }
}

/// The message translator: bytes and properties to a typed command, strictly.
public struct Translator: Sendable {
    /// The largest body, in bytes.
    public var maximumMessageSize: Int
    /// The prefix of the topology: what a `reply_to` must not start with.
    public var topologyPrefix: String

    /// A translator with its limits.
    public init(maximumMessageSize: Int = 1 << 20, topologyPrefix: String = "orders") {
        self.maximumMessageSize = maximumMessageSize
        self.topologyPrefix = topologyPrefix
    }

    /// Translates a message that came from the queue of that operation.
    public func translate(_ message: WireMessage, from operation: OrderOperation) throws(Poison) -> Order {
        throw Poison(.malformedMessage, "not written yet")
    }

    /// Reads only the identity and the operation that the type names, as far as they can be read; for what the broker gave back.
    public func peek(_ message: WireMessage) -> (identity: CommandIdentity?, operation: OrderOperation?) { (nil, nil) }
}

/// The headers that explain a dead letter, within their budget of 16 KiB together.
public struct DeadLetterHeaders: Hashable, Sendable {
    /// Name and value, in the order of the contract: `dead-letter-reason` …
    public var entries: [(name: String, value: String)] { [] }

    /// Cuts what is too long, the detail first.
    public init(
        reason: DeadLetterReason,
        detail: String,
        stage: String,
        operation: String,
        queue: String,
        attempts: Int,
        time: String,
        worker: String,
        omittedHeaders: String? = nil,
        omittedBody: String? = nil
    ) {}
}
