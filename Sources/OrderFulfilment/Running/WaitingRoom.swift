import AMQP
import Synchronization

/// Where deliveries wait whose operation is paused, or for which the ledger would have no room, in the order of their queue.
///
/// Its consumer stays: once as many wait as its prefetch allows, the broker keeps the rest. Cancelling and consuming
/// again would hit a fault of RabbitMQ 3.10 that leaves messages with a consumer that is gone.
final class WaitingRoom: Sendable {
    private struct Held {
        var delivery: Delivery
        var since: Double
    }

    private struct State {
        var paused: Set<QueueName> = []
        /// The ledger has no room for what would have to wait: every queue is held.
        var isFull = false
        var held: [QueueName: [Held]] = [:]
    }

    /// Deliveries whose time has come.
    let admitted: AsyncStream<Delivery>
    private let continuation: AsyncStream<Delivery>.Continuation
    private let state = Mutex(State())

    /// The longest that a delivery waits here because of a pause, in seconds.
    ///
    /// Then it goes on all the same, and the ledger, which grants nothing that is paused, keeps it. One that waits because
    /// the ledger is full can't go there: it goes back to its queue with the connection.
    private let longestWait: Double

    init(longestWait: Double) {
        self.longestWait = longestWait
        (admitted, continuation) = AsyncStream.makeStream(of: Delivery.self)
    }

    /// How many wait because their operation is paused.
    var pausedCount: Int {
        state.withLock { state in
            state.held.reduce(0) { $0 + (state.paused.contains($1.key) ? $1.value.count : 0) }
        }
    }

    /// How many wait.
    var count: Int { state.withLock { $0.held.values.reduce(0) { $0 + $1.count } } }

    /// Takes a delivery in, which goes on at once unless its queue is paused; `now` is an uptime.
    ///
    /// Answers `false` when nobody takes deliveries any more.
    func take(_ delivery: Delivery, now: Double) -> Bool {
        state.withLock { state in
            if state.isFull || state.paused.contains(delivery.queue) {
                state.held[delivery.queue, default: []].append(Held(delivery: delivery, since: now))
                return true
            }
            return if case .enqueued = continuation.yield(delivery) { true } else { false }
        }
    }

    /// These queues are paused, the others aren't.
    func update(paused: Set<QueueName>, now: Double) {
        state.withLock { state in
            state.paused = paused
            letGo(&state, now: now)
        }
    }

    /// Whether the ledger is full, which holds every queue.
    func update(isFull: Bool, now: Double) {
        state.withLock { state in
            state.isFull = isFull
            letGo(&state, now: now)
        }
    }

    private func letGo(_ state: inout State, now: Double) {
        guard !state.isFull else { return }
        for (queue, held) in state.held {
            let isPaused = state.paused.contains(queue)
            let leaving = held.prefix { !isPaused || now - $0.since >= longestWait }
            for entry in leaving { continuation.yield(entry.delivery) }
            state.held[queue] = leaving.count == held.count ? nil : Array(held.dropFirst(leaving.count))
        }
    }

    /// Takes away what came over connections that are gone: the broker delivers it again.
    func removeStale(before epoch: UInt64) -> [DeliveryID] {
        state.withLock { state in
            let stale = state.held.values.flatMap(\.self).map(\.delivery.id).filter { $0.epoch < epoch }
            guard !stale.isEmpty else { return [] }
            state.held = state.held.mapValues { $0.filter { $0.delivery.id.epoch >= epoch } }
            return stale
        }
    }

    /// Nothing comes any more: whoever waits goes on, to be given back; answers with those that nobody takes.
    func close() -> [Delivery] {
        let held = state.withLock { state in
            defer { state.held = [:] }
            return state.held.values.flatMap(\.self).map(\.delivery)
        }
        let left = held.filter { delivery in
            if case .enqueued = continuation.yield(delivery) { false } else { true }
        }
        continuation.finish()
        return left
    }
}
