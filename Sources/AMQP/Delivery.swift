/// The handle that settles one delivery: valid only in the connection epoch it came from.
///
/// Delivery tags start again at 1 on each connection. A settlement under an old epoch would settle somebody else's
/// message, so the owner of the connection drops it and counts it.
public struct DeliveryID: Hashable, Sendable, CustomStringConvertible {
    /// Counts the connections of one consumer, from 1.
    public var epoch: UInt64
    /// The broker's number of the delivery on the channel, from 1.
    public var tag: UInt64

    /// Names one delivery.
    public init(epoch: UInt64, tag: UInt64) {
        self.epoch = epoch
        self.tag = tag
    }

    /// Epoch and tag, as logs show them.
    public var description: String { "\(epoch)/\(tag)" }
}

/// One arrival of a message at this consumer.
public struct Delivery: Hashable, Sendable {
    /// The handle that settles it.
    public var id: DeliveryID
    /// The queue it came from.
    public var queue: QueueName
    /// The broker's word that it may have been delivered before.
    public var isRedelivered: Bool
    /// What was published.
    public var message: Message

    /// Describes one arrival.
    public init(id: DeliveryID, queue: QueueName, isRedelivered: Bool, message: Message) {
        self.id = id
        self.queue = queue
        self.isRedelivered = isRedelivered
        self.message = message
    }
}

/// What the broker is told about a delivery.
public enum Settlement: Hashable, Sendable {
    /// It was taken over for good: `basic.ack`.
    case acknowledge
    /// It goes back to its queue: `basic.nack` with requeue.
    case requeue
}

/// The largest number of unsettled deliveries that a consumer holds.
public struct Prefetch: Hashable, Sendable {
    /// 1 to 65535.
    public let count: UInt16

    /// Clamps to 1…65535: zero would mean "without limit" on the wire.
    public init(_ count: Int) { self.count = UInt16(max(1, min(count, Int(UInt16.max)))) }
}
