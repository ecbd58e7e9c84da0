public import AMQP
import Synchronization

/// A broker within the process, with RabbitMQ's behaviour as far as the conformance suite goes.
///
/// It never waits.
public final class InMemoryBroker: Sendable {
    private let state: Mutex<BrokerState>

    /// An empty broker; with a defect when the conformance suite itself is tested.
    public init(defect: Defect? = nil) { state = Mutex(BrokerState(defect: defect)) }

    /// Declares what is missing; what exists with other arguments is refused, and the rest declared all the same.
    public func declare(_ topology: Topology) throws(RefusedTopology) {
        let result: Result<Void, RefusedTopology> = state.withLock { state in
            Result { () throws(RefusedTopology) in try state.declare(topology) }
        }
        try result.get()
    }

    /// A consumer of these queues, connected at once under epoch 1.
    public func consumer(_ subscriptions: [QueueSubscription]) -> InMemoryConsumer {
        InMemoryConsumer(broker: self, subscriptions: subscriptions)
    }

    /// A publisher, connected at once.
    public func publisher() -> InMemoryPublisher { InMemoryPublisher(broker: self) }

    /// Breaks every consuming connection: what was unsettled goes back, and each comes back under a new epoch.
    public func cutConnections() {
        state.withLock { state in
            for id in state.consumers.keys.sorted() { state.cut(id) }
        }
    }

    /// The ready messages of a queue: without those that a consumer holds.
    public func depth(of queue: QueueName) -> Int { state.withLock { $0.queues[queue]?.ready.count ?? 0 } }

    /// The ready messages of a queue, which stay in it.
    public func messages(in queue: QueueName) -> [Message] {
        state.withLock { $0.queues[queue]?.ready.map(\.message) ?? [] }
    }

    /// Takes the message at the head of a queue.
    public func get(_ queue: QueueName) -> Message? {
        state.withLock { state in
            guard let count = state.queues[queue]?.ready.count, count > 0 else { return nil }
            return state.queues[queue]?.ready.removeFirst().message
        }
    }

    func withState<Value: Sendable>(_ body: (inout BrokerState) throws -> Value) rethrows -> Value {
        try state.withLock { try body(&$0) }
    }
}
