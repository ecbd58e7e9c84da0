import AMQP
import LocalServers
import RabbitMQ
import Synchronization
import TestKit
import Testing

/// Every way to lose a connection to a real broker, and what must be true afterwards.
///
/// One node of its own, one test at a time.
@Suite(.serialized, .timeLimit(.minutes(3))) struct LossTests {
    private static let server = Task.detached { try await RabbitMQServer.dedicated() }

    let names = UniqueNames("loss")
    let broker: RabbitMQUnderTest
    let proxy: CuttingProxy

    init() async throws {
        broker = try await RabbitMQUnderTest(Self.server.value)
        proxy = try CuttingProxy(toPort: broker.configuration.address.port)
    }

    enum Loss: CaseIterable, Sendable {
        case killed, connectionClosed, cutWithinOurFrame, cutWithinTheBrokersFrame, silentLine, timedOutDelivery,
            queueRecreated
    }

    /// Through the proxy, with a heartbeat that notices a silent line soon.
    private var configuration: RabbitMQConfiguration {
        var configuration = broker.configuration
        configuration.address.port = proxy.port
        configuration.heartbeat = .seconds(1)
        return configuration
    }

    private func publishing(_ id: String, to queue: QueueName) -> Publishing {
        Publishing(
            exchange: .default,
            routingKey: RoutingKey(queue.rawValue),
            properties: Properties(deliveryMode: .persistent, messageID: id),
            body: Array(id.utf8) + Array(repeating: 0, count: 2_000)
        )
    }

    /// RabbitMQ 3.10 writes the term of a young quorum queue to disk only after seconds, and a killed node never serves
    /// the queue again without it.
    private func kill() async throws {
        try await broker.server.control("eval", "[dets:sync(Table)||Table<-dets:all()].")
        try await broker.server.kill()
    }

    private func publish(_ ids: [String], to queue: QueueName) async throws {
        let publisher = RabbitMQPublisher(configuration: broker.configuration, logger: .quiet)
        for id in ids { try await publisher.publishUntilKnown(publishing(id, to: queue)) }
        await publisher.close()
    }

    @Test(arguments: Loss.allCases)
    func `after a loss there is one consumer with its prefetch, and old settlements are dropped`(
        loss: Loss
    ) async throws {
        let queue = names.quorumQueue("queue")
        try await broker.declare(Topology(queues: [queue]))
        try await publish(["1", "2", "3", "4", "5"], to: queue.name)
        if loss == .timedOutDelivery { try await limitDeliveries(toMilliseconds: 1_500) }
        let consumer = RabbitMQConsumer(
            configuration: configuration,
            subscriptions: [QueueSubscription(queue: queue.name, prefetch: Prefetch(2))],
            topology: Topology(queues: [queue]),
            logger: .quiet
        )
        let inbox = DeliveryInbox(consumer)
        let held = try await inbox.first(2)
        try await cause(loss, to: consumer, queue.name, holding: held)
        try await eventually("a consumer in a new epoch") {
            consumer.status.epoch > held[0].id.epoch && consumer.status.consuming == [queue.name]
        }
        if loss == .timedOutDelivery { try await limitDeliveries(toMilliseconds: 1_800_000) }
        if loss == .queueRecreated { try await publish(["6", "7", "8"], to: queue.name) }
        let staleBefore = consumer.status.staleSettlements
        consumer.settle(held[1].id, .acknowledge)
        #expect(consumer.status.staleSettlements == staleBefore + 1)
        let administration = broker.administration
        try await eventually("the prefetch and nothing more is held, by one consumer") {
            let depth = try await administration.queueDepth(queue.name)
            return depth.consumers == 1 && depth.messages > 0 && consumer.status.unsettled == 2
        }
        #expect(consumer.status.trouble == nil)
        await consumer.close()
        try await eventually("nobody consumes any more") {
            try await administration.queueDepth(queue.name).consumers == 0
        }
    }

    private func cause(
        _ loss: Loss,
        to consumer: RabbitMQConsumer,
        _ queue: QueueName,
        holding held: [Delivery]
    ) async throws {
        switch loss {
        case .killed:
            try await kill()
            try await eventually("the loss shows") { consumer.status.trouble != nil }
            try await broker.server.start()
        case .connectionClosed:
            try await broker.server.control("close_all_connections", "test")
        case .cutWithinOurFrame:
            proxy.set(.cut(after: 5, .toBroker))
            consumer.settle(held[0].id, .acknowledge)
        case .cutWithinTheBrokersFrame:
            // The settlement makes room for a delivery, whose frames are cut.
            proxy.set(.cut(after: 1_000, .toClient))
            consumer.settle(held[0].id, .acknowledge)
        case .silentLine:
            proxy.set(.silent)
            try await eventually("the silence is noticed", within: .seconds(5)) { consumer.status.trouble != nil }
            proxy.set(.pass)
        case .timedOutDelivery:
            try await eventually("the broker closes the channel") {
                consumer.status.trouble?.contains("406") == true || consumer.status.epoch > held[0].id.epoch
            }
        case .queueRecreated:
            try await broker.administration.delete(queue: queue)
        }
    }

    /// Holds for channels that are opened from now on.
    private func limitDeliveries(toMilliseconds limit: Int) async throws {
        let settings = ["channel_tick_interval,200", "consumer_timeout,\(limit)"]
        let words = settings.map { "application:set_env(rabbit,\($0))" }.joined(separator: ",") + "."
        try await broker.server.control("eval", words)
    }

    @Test(arguments: [Loss.killed, .connectionClosed, .cutWithinOurFrame, .cutWithinTheBrokersFrame, .silentLine])
    func `what a loss leaves unknown is published again under the same id, and nothing is missing`(
        loss: Loss
    ) async throws {
        let queue = names.quorumQueue("queue")
        let topology = Topology(queues: [queue])
        let publisher = RabbitMQPublisher(configuration: configuration, topology: topology, logger: .quiet)
        try await publisher.publish(publishing("0", to: queue.name))
        let (confirmed, unknown) = (Shared(0), Shared(0))
        let mayEnd = Shared(false)
        // Publishing goes on while the connection is lost.
        let sender = Task {
            var number = 0
            while !mayEnd.value {
                number += 1
                while true {
                    let failure = await publisher.failure(of: publishing("\(number)", to: queue.name))
                    guard failure != nil else { break }
                    _ = unknownReason(failure)
                    unknown.change { $0 += 1 }
                }
                confirmed.value = number
            }
            return number
        }
        switch loss {
        case .killed:
            try await kill()
            try await broker.server.start()
        case .connectionClosed: try await broker.server.control("close_all_connections", "test")
        case .cutWithinOurFrame: proxy.set(.cut(after: 12_345, .toBroker))
        case .cutWithinTheBrokersFrame: proxy.set(.cut(after: 50, .toClient))
        case .silentLine:
            proxy.set(.silent)
            try await eventually("the silence is noticed", within: .seconds(5)) { publisher.status.trouble != nil }
            proxy.set(.pass)
        case .timedOutDelivery, .queueRecreated: break
        }
        // Where bytes were cut off or swallowed one was on its way for certain.
        let isCertain = [.cutWithinOurFrame, .cutWithinTheBrokersFrame, .silentLine].contains(loss)
        try await eventually("the loss") { unknown.value > 0 || !isCertain }
        let before = confirmed.value
        try await eventually("publishing goes on") { confirmed.value > before + 20 }
        mayEnd.value = true
        let count = await sender.value
        await publisher.close()
        let consumer = try await broker.consumer([QueueSubscription(queue: queue.name, prefetch: Prefetch(1_000))])
        let inbox = DeliveryInbox(consumer)
        try await eventually("every id") {
            for delivery in inbox.all { consumer.settle(delivery.id, .acknowledge) }
            return Set(inbox.all.compactMap(\.message.properties.messageID)) == Set((0...count).map(String.init))
        }
        await consumer.close()
    }

    @Test func `a queue that comes back with other arguments is named, and consumed when they are right again`()
        async throws
    {
        let queue = names.quorumQueue("queue", ["x-max-length": 10])
        let consumer = RabbitMQConsumer(
            configuration: broker.configuration,
            subscriptions: [QueueSubscription(queue: queue.name, prefetch: Prefetch(2))],
            topology: Topology(queues: [queue]),
            logger: .quiet
        )
        try await eventually("a consumer") { consumer.status.consuming == [queue.name] }
        let other = Topology(queues: [names.quorumQueue("queue", ["x-max-length": 20])])
        // The consumer's own declare may be faster; then once more.
        try await eventually("the other queue stands") {
            try await broker.administration.delete(queue: queue.name)
            do { try await broker.declare(other) } catch { return false }
            return true
        }
        // The delete may have come between the consumer's declare and its consume: the next connection looks again.
        try await broker.cutConnections()
        try await eventually("the trouble shows") {
            let trouble = consumer.status.trouble ?? ""
            return trouble.contains(queue.name.rawValue) && trouble.contains("x-max-length")
        }
        #expect(consumer.status.consuming.isEmpty)
        try await broker.administration.delete(queue: queue.name)
        try await eventually("a consumer again") { consumer.status.consuming == [queue.name] }
        #expect(try await broker.administration.queueDepth(queue.name).consumers == 1)
        await consumer.close()
    }

    @Test func `heartbeats go on while a delivery is held for long`() async throws {
        let queue = names.quorumQueue("queue")
        try await broker.declare(Topology(queues: [queue]))
        try await publish(["held"], to: queue.name)
        // Two that are missed are a loss: a busy machine must not make them miss.
        var configuration = configuration
        configuration.heartbeat = .seconds(3)
        let consumer = RabbitMQConsumer(
            configuration: configuration,
            subscriptions: [QueueSubscription(queue: queue.name, prefetch: Prefetch(1))],
            logger: .quiet
        )
        let held = try await DeliveryInbox(consumer).first(1)[0]
        let start = ContinuousClock.now
        // The broker gives a client up after two silent heartbeats.
        try await eventually("five heartbeats or a loss") {
            start.duration(to: .now) > .seconds(15) || consumer.status.trouble != nil
        }
        #expect(consumer.status.epoch == 1 && consumer.status.trouble == nil, "\(consumer.status)")
        consumer.settle(held.id, .acknowledge)
        await consumer.close()
        #expect(try await broker.depth(of: queue.name) == 0)
    }
}
