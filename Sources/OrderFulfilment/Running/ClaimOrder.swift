import AMQP
import SubscriptionLifecycle
import Synchronization

/// Lets the deliveries of a queue claim in the order in which they came, subscription by subscription.
///
/// Every delivery runs in a task of its own, and tasks overtake each other. A delivery takes its place as it comes; it
/// is told apart by subscription once everything that came before it in its queue is; then it waits only for the
/// claim of the one before it of the same subscription.
final class ClaimOrder: Sendable {
    private struct State {
        var queues: [QueueName: Latch] = [:]
        var lanes: [SubscriptionID: Latch] = [:]
    }

    private let state = Mutex(State())

    /// The place behind all that came from that queue so far.
    ///
    /// Whoever gets it must leave it in the end.
    func place(in queue: QueueName) -> Place {
        let isSorted = Latch()
        let before = state.withLock { $0.queues.updateValue(isSorted, forKey: queue) }
        return Place(order: self, before: before, isSorted: isSorted)
    }

    fileprivate func follow(_ lane: SubscriptionID, with claimed: Latch) -> Latch? {
        state.withLock { $0.lanes.updateValue(claimed, forKey: lane) }
    }

    fileprivate func forget(_ lane: SubscriptionID, _ claimed: Latch) {
        state.withLock { state in
            if state.lanes[lane] === claimed { state.lanes[lane] = nil }
        }
    }

    /// Where one delivery stands.
    final class Place: Sendable {
        private let order: ClaimOrder
        private let before: Latch?
        private let isSorted: Latch
        private let claimed = Latch()
        private let lane = Mutex<SubscriptionID?>(nil)

        fileprivate init(order: ClaimOrder, before: Latch?, isSorted: Latch) {
            self.order = order
            self.before = before
            self.isSorted = isSorted
        }

        /// Whether it is known to be of a subscription, whose order it keeps.
        var hasLane: Bool { lane.withLock { $0 != nil } }

        /// Returns when it is this delivery's turn to claim for the subscription.
        func wait(for subscription: SubscriptionID) async {
            await before?.wait()
            let isNew = lane.withLock { lane in
                defer { lane = subscription }
                return lane == nil
            }
            // One that is held asks again, and still has its place.
            guard isNew else { return }
            let predecessor = order.follow(subscription, with: claimed)
            isSorted.open()
            await predecessor?.wait()
        }

        /// Lets the next one go: it was answered, or it needs no claim.
        ///
        /// Only the first time counts.
        func leave() async {
            // What needs no claim must not let those behind it overtake those before it.
            await before?.wait()
            if let lane = lane.withLock({ $0 }) { order.forget(lane, claimed) }
            claimed.open()
            isSorted.open()
        }
    }
}

/// Opens once, for everybody who waits and whoever comes later.
final class Latch: Sendable {
    private struct State {
        var isOpen = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func open() {
        let waiters = state.withLock { state in
            defer { state.waiters = [] }
            state.isOpen = true
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    func wait() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if !state.isOpen { state.waiters.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}
