import AMQP
import Glibc
import TestKit
import Testing

@testable import RabbitMQ

/// What a broker may say to a consumer.
@Suite(.timeLimit(.minutes(1))) struct ConsumerFrameTests {
    private func consumer(_ peer: FakePeer, queues: [QueueName] = ["q"]) -> RabbitMQConsumer {
        RabbitMQConsumer(
            configuration: peer.configuration(),
            subscriptions: queues.enumerated().map { QueueSubscription(queue: $1, prefetch: Prefetch(10 + $0)) },
            logger: .quiet
        )
    }

    /// Answers until the consumers of the test have been registered.
    private static func register(_ session: PeerSession, count: Int = 1) throws {
        for _ in 1...count {
            let frame = try session.serve(until: .consume)
            try session.confirmConsumer(frame)
        }
    }

    @Test func `deliveries come together from frames in any portions`() async throws {
        let peer = try FakePeer { session in
            try Self.register(session)
            let bytes = (session.delivery(1, body: []) + session.delivery(2, body: [1, 2, 3])).flatMap(\.bytes)
            // Byte by byte: no call of the library sees a whole frame.
            for byte in bytes { try session.send(bytes: [byte]) }
            let method = session.delivery(3, body: [1, 2, 3, 4])
            try session.send(
                method[0],
                method[1],
                .body([1]),
                PeerFrame(type: 8, channel: 0, payload: []),
                .body([2, 3, 4])
            )
            try session.obey()
        }
        let consumer = consumer(peer)
        let deliveries = try await DeliveryInbox(consumer).first(3)
        #expect(deliveries.map { $0.message.body.count } == [0, 3, 4])
        await consumer.close()
    }

    @Test func `a consumer that the broker cancels is registered again on a fresh connection, after a goodbye`()
        async throws
    {
        let peer = try FakePeer { session in
            try Self.register(session)
            if session.number == 1 {
                let tag = session.log.consumerTag(from: 1)
                try session.send(.method(.cancel, PeerBytes().shortString(tag).octet(1)))
            }
            try session.obey()
        }
        let consumer = consumer(peer)
        try await eventually("the second epoch") { consumer.status.epoch == 2 && consumer.status.consuming == ["q"] }
        #expect(peer.log.methods(from: 1).last == .close)
        await consumer.close()
    }

    @Test func `a channel that the broker closes is answered, and every prefetch is applied again`() async throws {
        let peer = try FakePeer { session in
            try Self.register(session, count: 2)
            if session.number == 1 { try session.closeChannel(406, "PRECONDITION_FAILED") }
            try session.obey()
        }
        let consumer = consumer(peer, queues: ["a", "b"])
        try await eventually("the second epoch") {
            consumer.status.epoch == 2 && consumer.status.consuming == ["a", "b"]
        }
        let methods = peer.log.methods(from: 1)
        #expect(methods.suffix(2) == [.channelCloseOK, .close])
        for connection in 1...2 {
            let asked = peer.log.methods(from: connection).filter { [.qos, .consume].contains($0) }
            #expect(asked == [.qos, .consume, .qos, .consume])
        }
        await consumer.close()
    }

    @Test func `settling the same delivery for ever takes no memory and is sent once`() async throws {
        let peer = try FakePeer { session in
            try Self.register(session)
            for frame in session.delivery(1, body: [1]) { try session.send(frame) }
            try session.obey()
        }
        let consumer = consumer(peer)
        let delivery = try await DeliveryInbox(consumer).first(1)[0]
        var mostWaiting = 0
        for _ in 1...100_000 {
            consumer.settle(delivery.id, .acknowledge)
            mostWaiting = max(mostWaiting, consumer.mailbox.count)
        }
        #expect(mostWaiting <= 1)
        #expect(consumer.status.staleSettlements == 99_999)
        await consumer.close()
        #expect(peer.log.methods(from: 1).filter { $0 == .acknowledge }.count == 1)
    }

    @Test func `who asks to renew while there is no connection does not cost the next one`() async throws {
        let mayAnswer = Shared(false)
        let peer = try FakePeer { session in
            // The broker is away for a while: nobody answers the greeting.
            try session.serve(until: .startOK)
            while !mayAnswer.value { session.waitAMoment() }
            try session.send(.method(.tune, channel: 0, PeerBytes().short(10).long(131_072).short(60)))
            try Self.register(session)
            for frame in session.delivery(1, body: [1]) { try session.send(frame) }
            try session.obey()
        }
        let consumer = consumer(peer)
        let inbox = DeliveryInbox(consumer)
        var last: Delivery?
        // Before there has been any connection, and after one was lost.
        for number in 1...2 {
            try await eventually("it connects") { peer.log.has(.startOK, from: number) }
            consumer.renew()
            try await eventually("it was heard") { consumer.mailbox.count == 0 }
            mayAnswer.value = true
            last = try await inbox.first(number).last
            mayAnswer.value = false
            if number == 1 {
                peer.endConnections()
                try await eventually("the loss shows") { consumer.status.trouble != nil }
            }
        }
        let delivery = try #require(last)
        consumer.settle(delivery.id, .acknowledge)
        try await eventually("the settlement arrives") { peer.log.has(.acknowledge, from: 2) }
        #expect(peer.log.connections == 2)
        await consumer.close()
    }

    @Test func `Invariant 9: settlements of a lost connection are dropped and counted`() async throws {
        let peer = try FakePeer { session in
            try Self.register(session)
            for frame in session.delivery(1, body: [1]) { try session.send(frame) }
            if session.number == 1 { try session.serve(until: .acknowledge) } else { try session.beSilent() }
        }
        let consumer = consumer(peer)
        let inbox = DeliveryInbox(consumer)
        let old = try await inbox.first(1)[0]
        peer.endConnections()
        let new = try await inbox.first(2)[1]
        #expect(new.id.tag == old.id.tag && new.id.epoch == old.id.epoch + 1)
        consumer.settle(old.id, .acknowledge)
        try await eventually("a dropped settlement") { consumer.status.staleSettlements == 1 }
        #expect(consumer.status.unsettled == 1)
        #expect(!peer.log.has(.acknowledge, from: 2))
        // It hasn't used up the delivery that has its tag now.
        consumer.settle(new.id, .acknowledge)
        try #require(consumer.status.staleSettlements == 1)
        try await eventually("the current one is settled") { consumer.status.unsettled == 0 }
        peer.endConnections()
        await consumer.close()
    }

    @Test func `Invariant 9: a settlement that was on its way when its connection broke is never sent`() async throws {
        let peer = try FakePeer { session in
            try Self.register(session)
            for frame in session.delivery(1, body: [1]) { try session.send(frame) }
            if session.number == 1 { try session.serve(until: .acknowledge) } else { try session.beSilent() }
        }
        let consumer = consumer(peer)
        let inbox = DeliveryInbox(consumer)
        let old = try await inbox.first(1)[0]
        peer.endConnections()
        _ = try await inbox.first(2)
        // Posted while the first connection stood, taken when the second one did: the tag is that of another delivery.
        #expect(consumer.mailbox.post(.settle(old.id, .acknowledge)))
        try await eventually("a dropped settlement") { consumer.status.staleSettlements == 1 }
        #expect(consumer.status.unsettled == 1)
        peer.endConnections()
        await consumer.close()
        #expect(!peer.log.has(.acknowledge, from: 2))
    }

    @Test func `Invariant 10: no queue counts as consumed before the new connection consumes it`() async throws {
        let peer = try FakePeer { session in
            if session.number == 1 { try Self.register(session) } else { try session.serve(until: .consume) }
            try session.beSilent()
        }
        let consumer = consumer(peer)
        try await eventually("the first epoch") { consumer.status.consuming == ["q"] }
        peer.endConnections()
        try await eventually("the second epoch") { consumer.status.epoch == 2 }
        #expect(consumer.status.consuming.isEmpty)
        peer.endConnections()
        await consumer.close()
    }

    @Test func `the socket has keepalive and a limit for unacknowledged bytes, after the heartbeat`() throws {
        let peer = try FakePeer { session in
            try session.obey()
        }
        let connection = try BrokerConnection(peer.configuration { $0.heartbeat = .seconds(6) })
        func option(_ level: Int32, _ name: Int32) -> Int32 {
            var (value, length) = (Int32(0), socklen_t(4))
            getsockopt(connection.descriptor, level, name, &value, &length)
            return value
        }
        let tcp = Int32(IPPROTO_TCP)
        #expect(option(SOL_SOCKET, SO_KEEPALIVE) == 1)
        #expect(option(tcp, TCP_KEEPIDLE) == 6)
        #expect(option(tcp, TCP_KEEPINTVL) == 2)
        #expect(option(tcp, TCP_USER_TIMEOUT) == 12_000)
    }
}
