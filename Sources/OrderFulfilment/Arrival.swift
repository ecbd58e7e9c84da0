public import AMQP
public import Foundation

/// A message at the head of the line: from a queue, or woken from the ledger.
public struct Arrival: Hashable, Sendable {
    /// What was published.
    public var message: Message
    /// The queue it came from, now or when it was parked.
    public var queue: QueueName
    /// Set when a delivery stands behind it that must be settled.
    public var delivery: DeliveryID?
    /// Set when it was woken: the ledger has claimed it already.
    public var grant: Grant?
    /// When it was received.
    public var receivedAt: Date

    /// A message that has just been delivered.
    public init(_ delivery: Delivery, receivedAt: Date) {
        message = delivery.message
        queue = delivery.queue
        self.delivery = delivery.id
        grant = nil
        self.receivedAt = receivedAt
    }

    /// A command whose time has come.
    public init(_ woken: WokenCommand, topology: OrderTopology) {
        message = woken.message
        queue = topology.queue(woken.operation)
        delivery = nil
        grant = woken.grant
        receivedAt = woken.grant.receivedAt
    }
}
