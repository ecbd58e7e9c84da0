import AMQP
import TestKit
import Testing

@Suite struct InMemoryBrokerTests {
    private let broker = InMemoryBroker()
    private let queue = Topology.Queue("queue", arguments: ["x-queue-type": "quorum"])
    private let publishing = Publishing(exchange: "", routingKey: "queue", properties: Properties(), body: [1])

    @Test func `failures put in the way come out in order and reach no queue`() async throws {
        try broker.declare(Topology(queues: [queue]))
        let publisher = broker.publisher()
        publisher.failNext(.refused, .unknown("cut"))
        await #expect(throws: PublishFailure.refused) { try await publisher.publish(publishing) }
        await #expect(throws: PublishFailure.unknown("cut")) { try await publisher.publish(publishing) }
        try await publisher.publish(publishing)
        #expect(publisher.confirmed == [publishing])
        #expect(broker.depth(of: "queue") == 1)
    }

    @Test func `what exists with other arguments is refused`() throws {
        try broker.declare(Topology(exchanges: [.init("exchange", .topic)], queues: [queue]))
        try broker.declare(Topology(exchanges: [.init("exchange", .topic)], queues: [queue]))
        #expect(throws: (any Error).self) { try broker.declare(Topology(queues: [.init("queue", arguments: [:])])) }
        #expect(throws: (any Error).self) { try broker.declare(Topology(exchanges: [.init("exchange", .fanout)])) }
    }

    @Test func `two consumers of a queue take turns`() async throws {
        try broker.declare(Topology(queues: [queue]))
        let subscription = QueueSubscription(queue: "queue", prefetch: Prefetch(10))
        let consumers = [broker.consumer([subscription]), broker.consumer([subscription])]
        for _ in 1...4 { try await broker.publisher().publish(publishing) }
        #expect(consumers.map(\.status.unsettled) == [2, 2])
    }

    @Test func `cutting one connection leaves the others`() async throws {
        try broker.declare(Topology(queues: [queue]))
        let subscription = QueueSubscription(queue: "queue", prefetch: Prefetch(10))
        let (first, second) = (broker.consumer([subscription]), broker.consumer([subscription]))
        first.cutConnection()
        #expect(first.status.epoch == 2)
        #expect(second.status.epoch == 1)
    }
}
