import AMQP
import RabbitMQ
import TestKit
import Testing

/// A peer that stops answering, at every stage: nobody waits longer than the deadlines say.
@Suite(.timeLimit(.minutes(1))) struct SilentPeerTests {
    private static let topology = Topology(
        exchanges: [.init("in", .direct)],
        queues: [Topology.Queue("q", arguments: [:])],
        bindings: [.init("in", to: "q", routingKey: "key")]
    )

    private static let stages: [PeerMethod] = [
        .protocolHeader, .startOK, .tuneOK, .open, .channelOpen, .exchangeDeclare, .queueDeclare, .queueBind,
        .confirmSelect,
    ]

    @Test(arguments: stages)
    func `a publisher gets over a peer that is silent before it stands`(stage: PeerMethod) async throws {
        let peer = try FakePeer { session in
            if session.number == 1 {
                // `open` follows `tune-ok` without an answer: both are the same silence to the client.
                try session.serve(until: stage)
                try session.beSilent()
            }
            try session.confirmEverything()
        }
        let configuration = peer.configuration {
            $0.connectTimeout = .milliseconds(600)
            $0.rpcTimeout = .milliseconds(600)
        }
        let publisher = RabbitMQPublisher(configuration: configuration, topology: Self.topology, logger: .quiet)
        let start = ContinuousClock.now
        try await publisher.publish(publishing("a"))
        #expect(start.duration(to: .now) < .seconds(20))
        #expect(peer.log.connections == 2)
        #expect(peer.log.published == ["a"])
        await publisher.close()
    }

    @Test(arguments: [PeerMethod.protocolHeader, .startOK, .queueDeclare, .confirmSelect])
    func `while a peer is silent, publishing ends at its own deadline and closing is immediate`(
        stage: PeerMethod
    ) async throws {
        let peer = try FakePeer { session in
            try session.serve(until: stage)
            try session.beSilent()
        }
        let configuration = peer.configuration {
            $0.connectTimeout = .seconds(60)
            $0.rpcTimeout = .seconds(60)
            $0.confirmTimeout = .milliseconds(500)
        }
        let publisher = RabbitMQPublisher(configuration: configuration, topology: Self.topology, logger: .quiet)
        let start = ContinuousClock.now
        try await eventually("the stage") { peer.log.has(stage, from: 1) }
        #expect(unknownReason(await publisher.failure(of: publishing("a"))).contains("not sent"))
        #expect(publisher.status.secondsSinceLastTurn < 2)
        await publisher.close()
        #expect(start.duration(to: .now) < .seconds(20))
    }

    @Test func `a peer that never begins TLS is given up in time`() async throws {
        let peer = try FakePeer { session in try session.beSilent() }
        let configuration = peer.configuration {
            $0.address.usesTLS = true
            $0.connectTimeout = .milliseconds(500)
        }
        let publisher = RabbitMQPublisher(configuration: configuration, logger: .quiet)
        try await eventually("the trouble shows", within: .seconds(5)) {
            publisher.status.trouble?.contains("no answer in time") == true
        }
        await publisher.close()
    }

    @Test func `a peer that is silent on consume is given up in time`() async throws {
        let peer = try FakePeer { session in
            if session.number > 1 { try session.obey() }
            try session.serve(until: .consume)
            try session.beSilent()
        }
        let consumer = RabbitMQConsumer(
            configuration: peer.configuration { $0.rpcTimeout = .milliseconds(500) },
            subscriptions: [QueueSubscription(queue: "q", prefetch: Prefetch(5))],
            logger: .quiet
        )
        try await eventually("the second connection consumes", within: .seconds(5)) {
            consumer.status.consuming == ["q"] && consumer.status.epoch == 2
        }
        await consumer.close()
    }

    @Test(arguments: [true, false])
    func `closing ends in time although the peer never says close-ok`(isReading: Bool) async throws {
        let peer = try FakePeer { session in
            try session.serve(until: .consume, .close)
            if isReading { try session.beSilent() } else { session.standStill() }
        }
        let consumer = RabbitMQConsumer(
            configuration: peer.configuration { $0.closeTimeout = .seconds(1) },
            subscriptions: [],
            logger: .quiet
        )
        try await eventually("a connection") { consumer.status.epoch == 1 }
        let start = ContinuousClock.now
        await consumer.close()
        #expect(start.duration(to: .now) < .seconds(20))
    }

    @Test func `heartbeats leave on time although nothing comes that could wake the owner`() async throws {
        let peer = try FakePeer(heartbeat: 2) { session in try session.obey() }
        let consumer = RabbitMQConsumer(
            configuration: peer.configuration { $0.heartbeat = .seconds(2) },
            subscriptions: [],
            logger: .quiet
        )
        try await eventually("a connection") { consumer.status.epoch == 1 }
        try await eventually("a heartbeat", within: .milliseconds(3_500)) { peer.log.has(.heartbeat, from: 1) }
        await consumer.close()
    }

    @Test func `administration gives up on a silent peer`() async throws {
        let peer = try FakePeer { session in
            try session.serve(until: .queueDeclare)
            try session.beSilent()
        }
        let administration = RabbitMQAdministration(
            configuration: peer.configuration { $0.rpcTimeout = .milliseconds(300) },
            logger: .quiet
        )
        let failure = await #expect(throws: BrokerFailure.self) { try await administration.queueDepth("q") }
        #expect(failure == .timedOut("queue.declare q"))
    }
}
