import AMQP
import LocalServers
import RabbitMQ
import Synchronization
import TestKit
import Testing

/// A broker in trouble.
///
/// One node of its own, one test at a time: each hits everybody who is connected.
@Suite(.serialized, .timeLimit(.minutes(3))) struct DisruptionTests {
    private static let server = Task.detached { try await RabbitMQServer.dedicated() }

    let names = UniqueNames("disruption")
    let broker: RabbitMQUnderTest

    init() async throws { broker = try await RabbitMQUnderTest(Self.server.value) }

    private func publishing(to queue: QueueName, _ text: String, padding: Int = 0) -> Publishing {
        Publishing(
            exchange: .default,
            routingKey: RoutingKey(queue.rawValue),
            properties: Properties(deliveryMode: .persistent, messageID: text),
            body: Array(text.utf8) + Array(repeating: 0, count: padding)
        )
    }

    private func subscription(_ queue: Topology.Queue, prefetch: Int = 5) -> QueueSubscription {
        QueueSubscription(queue: queue.name, prefetch: Prefetch(prefetch))
    }

    @Test(arguments: BrokerConformance.Recovery.allCases)
    func `RabbitMQ recovers as required`(_ recovery: BrokerConformance.Recovery) async throws {
        try await BrokerConformance(broker).check(recovery)
    }

    @Test func `a restart of the broker loses no confirmed message and brings the consumer back`() async throws {
        let queue = names.quorumQueue("queue")
        try await broker.declare(Topology(queues: [queue]))
        let publisher = try await broker.publisher()
        let confirmed = Mutex<Set<String>>([])
        // Publishing goes on while the broker goes down: what is confirmed must be there afterwards.
        let publishingTask = Task { [publisher] in
            for number in 0..<100_000 where !Task.isCancelled {
                do throws(PublishFailure) {
                    try await publisher.publish(publishing(to: queue.name, "\(number)"))
                    confirmed.withLock { _ = $0.insert("\(number)") }
                } catch {
                    return
                }
            }
        }
        try await eventually("a hundred are confirmed") { confirmed.withLock(\.count) >= 100 }
        let consumer = try await broker.consumer([subscription(queue)])
        try await eventually("a consumer") { consumer.status.consuming == [queue.name] }
        try await broker.server.terminate()
        publishingTask.cancel()
        await publishingTask.value
        try await eventually("the loss shows") { consumer.status.trouble != nil && !publisher.status.canConfirm }
        try await broker.server.start()
        let inbox = DeliveryInbox(consumer)
        try await eventually("the consumer is back", within: .seconds(30)) {
            consumer.status.consuming == [queue.name] && consumer.status.epoch >= 2 && consumer.status.trouble == nil
        }
        try await eventually("every confirmed message", within: .seconds(30)) {
            for delivery in inbox.all { consumer.settle(delivery.id, .acknowledge) }
            let seen = Set(inbox.all.compactMap(\.message.properties.messageID))
            return confirmed.withLock { $0.isSubset(of: seen) }
        }
        try await publisher.publish(publishing(to: queue.name, "after"))
        await publisher.close()
        await consumer.close()
    }

    @Test func `a deleted queue is declared and consumed again`() async throws {
        let queue = names.quorumQueue("queue")
        let topology = Topology(queues: [queue])
        let consumer = RabbitMQConsumer(
            configuration: broker.configuration,
            subscriptions: [subscription(queue)],
            topology: topology,
            logger: .quiet
        )
        try await eventually("a consumer") { consumer.status.consuming == [queue.name] }
        try await broker.administration.delete(queue: queue.name)
        try await eventually("a consumer in a new epoch") {
            consumer.status.epoch == 2 && consumer.status.consuming == [queue.name]
        }
        #expect(try await broker.administration.queueDepth(queue.name).consumers == 1)
        await consumer.close()
    }

    @Test func `a deleted exchange is declared again by the publisher that needs it`() async throws {
        let (queue, exchange) = (names.quorumQueue("bound"), names.exchange("deleted"))
        let topology = Topology(
            exchanges: [.init(exchange, .fanout)],
            queues: [queue],
            bindings: [.init(exchange, to: queue.name, routingKey: "")]
        )
        let publisher = RabbitMQPublisher(configuration: broker.configuration, topology: topology, logger: .quiet)
        let message = Publishing(exchange: exchange, routingKey: "", properties: Properties(), body: [1])
        try await publisher.publish(message)
        try await broker.administration.delete(exchange: exchange)
        // The first one meets the missing exchange, which costs the connection; the next connection has it again.
        try await eventually("it is confirmed again") {
            do { try await publisher.publish(message) } catch { return false }
            return true
        }
        #expect(try await broker.depth(of: queue.name) == 2)
        await publisher.close()
    }

    @Test func `what was taken from a queue stays taken when the connection breaks in the middle`() async throws {
        let queue = names.quorumQueue("sifted")
        try await broker.declare(Topology(queues: [queue]))
        let publisher = try await broker.publisher()
        for text in ["first", "second"] { try await publisher.publish(publishing(to: queue.name, text)) }
        await publisher.close()
        await #expect(throws: BrokerFailure.self) {
            try await broker.administration.sift(queue.name, limit: 2) { message in
                if message.properties.messageID == "first" { return .take }
                try? await broker.cutConnections()
                return .take
            }
        }
        try await eventually("the second is back") { try await broker.depth(of: queue.name) == 1 }
        #expect(try await broker.administration.get(queue.name)?.properties.messageID == "second")
    }

    @Test func `a consumer of a missing queue says so and heals when it is there`() async throws {
        let queue = names.quorumQueue("late")
        let consumer = try await broker.consumer([subscription(queue)])
        try await eventually("trouble") { consumer.status.trouble?.contains(queue.name.rawValue) == true }
        #expect(consumer.status.consuming.isEmpty)
        try await broker.declare(Topology(queues: [queue]))
        try await eventually("a consumer") { consumer.status.consuming == [queue.name] }
        await consumer.close()
    }

    @Test func `a publisher that the broker blocks says so, and goes on when it may`() async throws {
        let queue = names.quorumQueue("queue")
        try await broker.declare(Topology(queues: [queue]))
        let publisher = try await broker.publisher()
        try await publisher.publish(publishing(to: queue.name, "first"))
        let consumer = try await broker.consumer([subscription(queue)])
        let first = try await DeliveryInbox(consumer).first(1)[0]
        try await broker.server.control("set_vm_memory_high_watermark", "0.000001")
        async let second: Void = publisher.publish(publishing(to: queue.name, "second"))
        try await eventually("blocked") { publisher.status.blocked != nil && !publisher.status.canConfirm }
        // Settling has a connection of its own.
        consumer.settle(first.id, .acknowledge)
        try await eventually("settled") { consumer.status.unsettled == 0 }
        try await broker.server.control("set_vm_memory_high_watermark", "0.6")
        try await second
        try await eventually("not blocked any more") { publisher.status.blocked == nil && publisher.status.canConfirm }
        await publisher.close()
        await consumer.close()
    }

    @Test func `a broker that takes no bytes is given up, and what it was sent is unknown`() async throws {
        let queue = names.quorumQueue("queue")
        try await broker.declare(Topology(queues: [queue]))
        var configuration = broker.configuration
        configuration.callTimeout = .seconds(1)
        configuration.confirmTimeout = .seconds(60)
        let publisher = RabbitMQPublisher(configuration: configuration, logger: .quiet)
        try await publisher.publish(publishing(to: queue.name, "before"))
        try await broker.server.freeze()
        let start = ContinuousClock.now
        var failures: [PublishFailure] = []
        do throws(PublishFailure) {
            // More than the socket's buffers on both sides hold.
            try await publisher.publish(publishing(to: queue.name, "hangs", padding: 64_000_000))
        } catch {
            failures = [error]
        }
        let duration = start.duration(to: .now)
        try await broker.server.thaw()
        guard case .unknown(let reason)? = failures.first else {
            Issue.record("\(failures)")
            return
        }
        #expect(reason.contains("took no bytes") || reason.contains("hung"), "\(reason)")
        #expect(duration < .seconds(20), "\(duration)")
        try await publisher.publish(publishing(to: queue.name, "after"))
        await publisher.close()
    }

    @Test func `a silent broker is noticed through the confirm time-out, and the publisher comes back`() async throws {
        let queue = names.quorumQueue("queue")
        try await broker.declare(Topology(queues: [queue]))
        var configuration = broker.configuration
        configuration.confirmTimeout = .seconds(1)
        let publisher = RabbitMQPublisher(configuration: configuration, logger: .quiet)
        try await publisher.publish(publishing(to: queue.name, "before"))
        try await broker.server.freeze()
        let failure = await #expect(throws: PublishFailure.self) {
            try await publisher.publish(publishing(to: queue.name, "lost"))
        }
        try await broker.server.thaw()
        guard case .unknown? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        try await eventually("the publisher is back") { publisher.status.canConfirm }
        try await publisher.publish(publishing(to: queue.name, "after"))
        await publisher.close()
    }

    @Test func `an idle connection outlives its heartbeats, and a silent one is noticed by them`() async throws {
        let queue = names.quorumQueue("queue")
        try await broker.declare(Topology(queues: [queue]))
        var configuration = broker.configuration
        // Two that are missed are a loss: a busy machine must not make them miss.
        configuration.heartbeat = .seconds(3)
        let consumer = RabbitMQConsumer(
            configuration: configuration,
            subscriptions: [subscription(queue)],
            logger: .quiet
        )
        try await eventually("a consumer") { consumer.status.consuming == [queue.name] }
        let start = ContinuousClock.now
        try await eventually("five heartbeats or a loss") {
            start.duration(to: .now) > .seconds(15) || consumer.status.trouble != nil
        }
        #expect(consumer.status.trouble == nil && consumer.status.epoch == 1)
        #expect(consumer.status.secondsSinceLastTurn < 2)
        try await broker.server.freeze()
        try await eventually("the loss shows") { consumer.status.trouble != nil && consumer.status.consuming.isEmpty }
        try await broker.server.thaw()
        try await eventually("the consumer is back") { consumer.status.consuming == [queue.name] }
        await consumer.close()
    }

    @Test func `without a broker publishing waits for the confirm time-out, then is unknown; closing is quick`()
        async throws
    {
        var configuration = broker.configuration
        configuration.address.port = 1
        configuration.confirmTimeout = .milliseconds(300)
        let publisher = RabbitMQPublisher(configuration: configuration, logger: .quiet)
        let failure = await #expect(throws: PublishFailure.self) {
            try await publisher.publish(publishing(to: "nowhere", "lost"))
        }
        guard case .unknown(let reason)? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(reason.contains("127.0.0.1:1"), "\(reason)")
        let start = ContinuousClock.now
        await publisher.close()
        #expect(start.duration(to: .now) < .seconds(20))
    }
}
