public import AMQP

/// A broker that the conformance suite can be run against.
public protocol BrokerUnderTest: Sendable {
    /// Declares what is missing; what can't be declared comes out as `RefusedTopology`, all of it at once.
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

/// What exists otherwise, or lacks what it needs.
public struct RefusedTopology: Error, Hashable, CustomStringConvertible {
    /// Each thing that could not be declared.
    public let differences: [TopologyDifference]

    /// Names what could not be declared.
    public init(_ differences: [TopologyDifference]) { self.differences = differences }

    /// Each thing and why.
    public var description: String { differences.map(\.description).joined(separator: "; ") }
}

/// The in-memory broker, as the suite sees it.
public struct InMemoryBrokerUnderTest: BrokerUnderTest {
    private let broker: InMemoryBroker

    /// A fresh broker, with a defect when the suite itself is tested.
    public init(defect: InMemoryBroker.Defect? = nil) { broker = InMemoryBroker(defect: defect) }

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
