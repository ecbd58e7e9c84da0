import AMQP
import Crypto
import TestKit
import Testing

@testable import RabbitMQ

/// Messages that are large, deep or many.
@Suite(.timeLimit(.minutes(2))) struct ContentTests {
    let names = UniqueNames("content")

    private func publishing(to queue: QueueName, headers: FieldTable = [:], body: [UInt8]) -> Publishing {
        Publishing(
            exchange: .default,
            routingKey: RoutingKey(queue.rawValue),
            properties: Properties(headers: headers, deliveryMode: .persistent),
            body: body
        )
    }

    private func hash(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).description.replacing("SHA256 digest: ", with: "")
    }

    /// Declares a queue, publishes into it, and gives what arrives.
    private func roundTrip(
        _ queue: Topology.Queue,
        limits: ContentLimits = ContentLimits(),
        publish: (RabbitMQUnderTest) async throws -> Void
    ) async throws -> Message {
        let broker = try await RabbitMQUnderTest.shared()
        try await broker.declare(Topology(queues: [queue]))
        try await publish(broker)
        var configuration = broker.configuration
        configuration.limits = limits
        let consumer = RabbitMQConsumer(
            configuration: configuration,
            subscriptions: [QueueSubscription(queue: queue.name, prefetch: Prefetch(10))],
            logger: .quiet
        )
        let delivery = try await DeliveryInbox(consumer).first(1)[0]
        consumer.settle(delivery.id, .acknowledge)
        await consumer.close()
        return delivery.message
    }

    @Test func `a header table over the limit arrives as its size and hash, with its body`() async throws {
        let queue = names.quorumQueue("headers")
        let headers: FieldTable = ["big": .text(String(repeating: "h", count: 100_000))]
        let message = try await roundTrip(queue) { broker in
            let publisher = try await broker.publisher()
            try await publisher.publish(publishing(to: queue.name, headers: headers, body: [1, 2, 3]))
            await publisher.close()
        }
        let content = try Array(headers.encoded().dropFirst(4))
        #expect(message.omittedHeaders == .init(byteCount: UInt64(content.count), sha256: hash(content)))
        #expect(message.properties.headers.isEmpty)
        #expect(message.body == [1, 2, 3])
    }

    @Test func `a body over the limit arrives as its size and hash`() async throws {
        let queue = names.quorumQueue("body")
        let body = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let message = try await roundTrip(queue, limits: ContentLimits(bodyBytes: 1_000_000)) { broker in
            let publisher = try await broker.publisher()
            try await publisher.publish(publishing(to: queue.name, body: body))
            await publisher.close()
        }
        #expect(message.omittedBody == .init(byteCount: 3_000_000, sha256: hash(body)))
        #expect(message.body.isEmpty)
    }

    @Test(.enabled(if: LibraryVersion.decodesAnyDepth))
    func `the deepest header table that fits into a frame harms nobody`() async throws {
        let queue = names.quorumQueue("deep")
        let levels = 18_000
        var headers: [UInt8] = []
        for level in 0..<levels {
            let rest = UInt32((levels - level - 1) * 7)
            if level == 0 { withUnsafeBytes(of: (rest + 7).bigEndian) { headers += $0 } }
            headers += [1, UInt8(ascii: "k"), UInt8(ascii: "F")]
            withUnsafeBytes(of: rest.bigEndian) { headers += $0 }
        }
        // Bit 13 says that headers follow.
        let encoded = EncodedPublishing(
            publishing: publishing(to: queue.name, body: [9]),
            properties: [0x20, 0] + headers
        )
        let message = try await roundTrip(queue) { broker in
            let configuration = broker.configuration
            // Around our own encoder, which refuses such a table.
            try await OwnerThread.run(name: "deep") { () throws(BrokerFailure) in
                let connection = try BrokerConnection(configuration)
                try connection.openChannel()
                connection.publish(encoded)
                try connection.flush(within: .seconds(5))
                connection.close(within: .seconds(5))
            }
        }
        #expect(
            message.omittedHeaders
                == .init(byteCount: UInt64(headers.count - 4), sha256: hash(Array(headers.dropFirst(4))))
        )
        #expect(message.body == [9])
    }

    @Test(arguments: [0, 1, 131_064, 131_065, 262_128])
    func `bodies around the frame size arrive whole`(size: Int) async throws {
        let queue = names.quorumQueue("size-\(size)")
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        let message = try await roundTrip(queue) { broker in
            let publisher = try await broker.publisher()
            try await publisher.publish(publishing(to: queue.name, body: body))
            await publisher.close()
        }
        #expect(message.body == body)
    }

    @Test func `ten thousand publishings at once are all confirmed and all arrive`() async throws {
        let broker = try await RabbitMQUnderTest.shared()
        let queue = names.quorumQueue("many")
        try await broker.declare(Topology(queues: [queue]))
        let publisher = try await broker.publisher()
        let start = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<10_000 {
                group.addTask { try await publisher.publish(publishing(to: queue.name, body: Array("\(number)".utf8))) }
            }
            try await group.waitForAll()
        }
        // One wait per message would take more than five seconds on the machine where this takes half of one.
        print("10000 confirmed in \(start.duration(to: .now))")
        #expect(publisher.status.unconfirmed == 0)
        #expect(try await broker.depth(of: queue.name) == 10_000)
        await publisher.close()

        let consumer = try await broker.consumer([QueueSubscription(queue: queue.name, prefetch: Prefetch(500))])
        var seen: Set<String> = []
        let startOfConsuming = ContinuousClock.now
        for await delivery in consumer.deliveries {
            seen.insert(String(decoding: delivery.message.body, as: UTF8.self))
            consumer.settle(delivery.id, .acknowledge)
            if seen.count == 10_000 { break }
        }
        print("10000 consumed in \(startOfConsuming.duration(to: .now))")
        await consumer.close()
        try await eventually("the queue is empty") { try await broker.depth(of: queue.name) == 0 }
    }
}
