import AMQP
import Synchronization

/// Where deliveries wait whose operation is paused, in the order of their queue.
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
        var held: [QueueName: [Held]] = [:]
    }

    /// The longest that a delivery waits here, in seconds.
    ///
    /// Well below half of the broker's consumer timeout of 30 minutes. Then it goes on all the same, and the ledger, which grants nothing that is paused, keeps it.
    static let longestWait = 600.0

    /// Deliveries whose time has come.
    let admitted: AsyncStream<Delivery>
    private let continuation: AsyncStream<Delivery>.Continuation
    private let state = Mutex(State())

    init() { (admitted, continuation) = AsyncStream.makeStream(of: Delivery.self) }

    /// How many wait.
    var count: Int { state.withLock { $0.held.values.reduce(0) { $0 + $1.count } } }

    /// Takes a delivery in, which goes on at once unless its queue is paused; `now` is an uptime.
    ///
    /// Answers `false` when nobody takes deliveries any more.
    func take(_ delivery: Delivery, now: Double) -> Bool {
        state.withLock { state in
            if state.paused.contains(delivery.queue) {
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
            for (queue, held) in state.held {
                let leaving = held.prefix { !paused.contains(queue) || now - $0.since >= Self.longestWait }
                for entry in leaving { continuation.yield(entry.delivery) }
                state.held[queue] = leaving.count == held.count ? nil : Array(held.dropFirst(leaving.count))
            }
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
