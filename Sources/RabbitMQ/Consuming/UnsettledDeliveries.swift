import AMQP
import Synchronization

/// The deliveries that somebody holds and has not settled.
///
/// It bounds the mailbox: each of them is posted there once, so what waits there never exceeds the prefetches, however
/// often a caller settles.
final class UnsettledDeliveries: Sendable {
    private struct State {
        var epoch: UInt64 = 0
        var tags: Set<UInt64> = []
    }

    private let state = Mutex(State())

    /// Notes a delivery that is about to be handed out.
    ///
    /// The first of an epoch ends every earlier one.
    func add(_ delivery: DeliveryID) {
        state.withLock { state in
            if state.epoch != delivery.epoch { state = State(epoch: delivery.epoch) }
            state.tags.insert(delivery.tag)
        }
    }

    /// Whether the delivery was there; it is not any more.
    func remove(_ delivery: DeliveryID) -> Bool {
        state.withLock { $0.epoch == delivery.epoch && $0.tags.remove(delivery.tag) != nil }
    }

    /// The connection is over, and every delivery with it.
    func removeAll() { state.withLock { $0.tags = [] } }
}
