import AMQP
import Foundation

/// A message at the head of the line: from a queue, or woken from the ledger.
struct Arrival: Sendable {
    /// What was published.
    var message: Message
    /// The queue it came from, now or when it was parked.
    var queue: QueueName
    /// Set when a delivery stands behind it that must be settled.
    var delivery: DeliveryID?
    /// Set when it was woken: the ledger has claimed it already.
    var grant: Grant?
    /// When it was received.
    var receivedAt: Date
    /// Where it stands among the deliveries of its queue; `nil` when it was woken.
    var place: ClaimOrder.Place?
    /// Whether the connection that brought it is gone: the broker delivers it again.
    var isStale: @Sendable () -> Bool

    /// A message that has just been delivered.
    init(
        _ delivery: Delivery,
        place: ClaimOrder.Place?,
        receivedAt: Date,
        isStale: @escaping @Sendable () -> Bool = { false }
    ) {
        message = delivery.message
        queue = delivery.queue
        self.delivery = delivery.id
        grant = nil
        self.place = place
        self.receivedAt = receivedAt
        self.isStale = isStale
    }

    /// A command whose time has come.
    init(_ woken: WokenCommand, topology: OrderTopology) {
        message = woken.message
        queue = topology.queue(woken.operation)
        delivery = nil
        grant = woken.grant
        place = nil
        isStale = { false }
        receivedAt = woken.grant.receivedAt
    }
}
