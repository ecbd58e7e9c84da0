public import AMQP

/// A broker that the conformance suite can be run against.
public protocol BrokerUnderTest: Sendable {
    /// Declares what is missing.
    func declare(_ topology: Topology) async throws
    /// A consumer of these queues; it may still be connecting.
    func consumer(_ subscriptions: [QueueSubscription]) async throws -> any DeliverySource
    /// A publisher; it may still be connecting.
    func publisher() async throws -> any Publisher
    /// The ready messages of a queue.
    func depth(of queue: QueueName) async throws -> Int
    /// Breaks the connections of every consumer and publisher, as a broker in trouble does.
    func cutConnections() async throws
}

/// The in-memory broker, as the suite sees it.
public struct InMemoryBrokerUnderTest: BrokerUnderTest {
    private let broker = InMemoryBroker()

    /// A fresh broker.
    public init() {}

    /// Declares what is missing.
    public func declare(_ topology: Topology) async throws { try broker.declare(topology) }

    /// A consumer.
    public func consumer(_ subscriptions: [QueueSubscription]) async throws -> any DeliverySource {
        broker.consumer(subscriptions)
    }

    /// A publisher.
    public func publisher() async throws -> any Publisher { broker.publisher() }

    /// The ready messages of a queue.
    public func depth(of queue: QueueName) async throws -> Int { broker.depth(of: queue) }

    /// Breaks every consuming connection.
    public func cutConnections() async throws { broker.cutConnections() }
}
