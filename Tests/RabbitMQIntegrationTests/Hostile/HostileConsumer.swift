import AMQP
import RabbitMQ
import TestKit
import Testing

/// A consumer at a hostile peer.
enum HostileConsumer {
    static func configuration(_ peer: HostilePeer) -> RabbitMQConfiguration {
        RabbitMQConfiguration(
            address: AMQPAddress(port: peer.port),
            connectTimeout: .seconds(2),
            rpcTimeout: .seconds(5),
            backoff: Backoff(initial: .milliseconds(1), ceiling: .milliseconds(10))
        )
    }

    static func start(
        _ peer: HostilePeer,
        limits: ContentLimits = ContentLimits(),
        callTimeout: Duration = .seconds(20)
    ) -> RabbitMQConsumer {
        var configuration = configuration(peer)
        configuration.limits = limits
        configuration.callTimeout = callTimeout
        return RabbitMQConsumer(
            configuration: configuration,
            subscriptions: [QueueSubscription(queue: "in", prefetch: Prefetch(10))],
            logger: .quiet
        )
    }

    /// Survives the attack, says what happened, reconnects, and takes a message from a peer that behaves.
    static func check(
        _ attack: HostilePeer.Attack,
        says expected: String,
        callTimeout: Duration = .seconds(20)
    ) async throws {
        let peer = try HostilePeer(attack)
        defer { peer.end() }
        let consumer = start(peer, callTimeout: callTimeout)
        try await eventually("the trouble shows; the status says \(String(describing: consumer.status.trouble))") {
            guard let trouble = consumer.status.trouble, trouble != "not connected yet" else { return false }
            return trouble.contains(expected)
        }
        peer.behave()
        var goodOne: Delivery?
        for await delivery in consumer.deliveries where delivery.message.body == Array("good".utf8) {
            goodOne = delivery
            break
        }
        let delivery = try #require(goodOne)
        consumer.settle(delivery.id, .acknowledge)
        try await eventually("the ack arrives") { peer.acknowledged.contains(1) }
        #expect(consumer.status.trouble == nil)
        await consumer.close()
    }
}
