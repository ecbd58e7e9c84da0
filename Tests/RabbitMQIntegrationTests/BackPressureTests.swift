import AMQP
import TestKit
import Testing

@testable import RabbitMQ

/// A broker that takes nothing: publishing waits, bounded in memory and in time, and goes on by itself.
@Suite(.timeLimit(.minutes(1))) struct BackPressureTests {
    /// Confirms what comes, but only when it may.
    private func hesitantPeer(_ mayConfirm: Shared<Bool>) throws -> FakePeer {
        try FakePeer { session in
            for tag: UInt64 in 1... {
                _ = try session.publishing()
                while !mayConfirm.value { session.waitAMoment() }
                try session.acknowledge(tag)
            }
        }
    }

    @Test(arguments: [(count: 3, bytes: 1 << 30, size: 10), (count: 1000, bytes: 35_000, size: 10_000)])
    func `only so many publishings are held; the others wait outside and get in by and by`(
        bound: (count: Int, bytes: Int, size: Int)
    ) async throws {
        let mayConfirm = Shared(false)
        let peer = try hesitantPeer(mayConfirm)
        let publisher = RabbitMQPublisher(
            configuration: peer.configuration {
                $0.maximumHeld = bound.count
                $0.maximumHeldBytes = bound.bytes
            },
            logger: .quiet
        )
        let tasks = (0..<10).map { number in
            Task { await publisher.failure(of: publishing("\(number)", byteCount: bound.size)) }
        }
        try await eventually("three are held") { publisher.held.count == 3 && publisher.held.waiting == 7 }
        mayConfirm.value = true
        for task in tasks { #expect(await task.value == nil) }
        #expect(publisher.held == (0, 0))
        await publisher.close()
    }

    @Test func `one that is larger than all the room is let in alone`() async throws {
        let peer = try FakePeer { session in try session.confirmEverything() }
        let publisher = RabbitMQPublisher(
            configuration: peer.configuration { $0.maximumHeldBytes = 100 },
            logger: .quiet
        )
        async let first = publisher.failure(of: publishing("a", byteCount: 1_000))
        async let second = publisher.failure(of: publishing("b", byteCount: 1_000))
        #expect(await [first, second] == [nil, nil])
        await publisher.close()
    }

    @Test func `who waits for room keeps the deadline, can be cancelled, and is told when the publisher closes`()
        async throws
    {
        let mayConfirm = Shared(false)
        let peer = try hesitantPeer(mayConfirm)
        func waiting(for confirmTimeout: Duration) async throws -> (RabbitMQPublisher, Task<PublishFailure?, Never>) {
            let publisher = RabbitMQPublisher(
                configuration: peer.configuration {
                    $0.maximumHeld = 1
                    $0.confirmTimeout = confirmTimeout
                    $0.closeTimeout = .milliseconds(300)
                },
                logger: .quiet
            )
            Task { await publisher.failure(of: publishing("inside")) }
            try await eventually("it is full") { publisher.held.count == 1 }
            let task = Task { await publisher.failure(of: publishing("outside")) }
            try await eventually("another waits") { publisher.held.waiting == 1 }
            return (publisher, task)
        }
        let start = ContinuousClock.now
        let (late, lateTask) = try await waiting(for: .seconds(3))
        _ = unknownReason(await lateTask.value)
        #expect(start.duration(to: .now) < .seconds(20))
        let (cancelled, cancelledTask) = try await waiting(for: .seconds(30))
        cancelledTask.cancel()
        #expect(unknownReason(await cancelledTask.value).contains("cancelled"))
        let (closed, closedTask) = try await waiting(for: .seconds(30))
        await closed.close()
        #expect(await closedTask.value == .closed)
        mayConfirm.value = true
        for publisher in [late, cancelled] { await publisher.close() }
    }

    @Test func `while the broker blocks nothing is sent, answers keep their deadline, and the connection stays`()
        async throws
    {
        let (isBlocked, mayConfirm) = (Shared(true), Shared(false))
        let peer = try FakePeer { session in
            _ = try session.publishing()
            try session.send(.method(.blocked, channel: 0, PeerBytes().shortString("low on memory")))
            while isBlocked.value { session.waitAMoment() }
            try session.send(.method(.unblocked, channel: 0))
            while !mayConfirm.value { session.waitAMoment() }
            // The late confirm finds nobody and harms nobody.
            try session.acknowledge(1)
            for tag: UInt64 in 2... {
                _ = try session.publishing()
                try session.acknowledge(tag)
            }
        }
        let publisher = RabbitMQPublisher(
            configuration: peer.configuration { $0.confirmTimeout = .seconds(3) },
            logger: .quiet
        )
        let start = ContinuousClock.now
        async let sent = publisher.failure(of: publishing("sent"))
        try await eventually("blocked") { publisher.status.blocked == "low on memory" }
        #expect(!publisher.status.canConfirm && publisher.status.trouble?.contains("low on memory") == true)
        let kept = unknownReason(await publisher.failure(of: publishing("kept")))
        #expect(kept.contains("low on memory"))
        #expect(unknownReason(await sent).contains("low on memory"))
        #expect(start.duration(to: .now) < .seconds(20))
        #expect(publisher.status.blocked != nil && publisher.status.unconfirmed == 1)
        isBlocked.value = false
        try await eventually("not blocked any more") { publisher.status.canConfirm }
        let turn = ContinuousClock.now
        try await eventually("it has had time to lose its trust") { turn.duration(to: .now) > .milliseconds(100) }
        mayConfirm.value = true
        try await eventually("the late confirm") { publisher.status.unconfirmed == 0 }
        try await publisher.publish(publishing("after"))
        #expect(peer.log.published == ["sent", "after"])
        #expect(peer.log.connections == 1)
        await publisher.close()
    }

    @Test func `an alarm in the middle of a large publishing is waited for, and the publishing arrives`() async throws {
        let isBlocked = Shared(true)
        let size = 8_000_000
        let peer = try FakePeer { session in
            try session.serve(until: .publish)
            try session.send(.method(.blocked, channel: 0, PeerBytes().shortString("low on memory")))
            // Reads nothing more, as RabbitMQ does, for longer than a call may take.
            while isBlocked.value { session.waitAMoment() }
            try session.send(.method(.unblocked, channel: 0))
            _ = try session.next()
            var rest = size
            while rest > 0 { rest -= try session.next().payload.count }
            try session.acknowledge(1)
            try session.obey()
        }
        let publisher = RabbitMQPublisher(
            configuration: peer.configuration {
                $0.callTimeout = .milliseconds(500)
                $0.confirmTimeout = .seconds(60)
            },
            logger: .quiet
        )
        async let sent = publisher.failure(of: publishing("large", byteCount: size))
        try await eventually("blocked") { publisher.status.blocked == "low on memory" }
        let start = ContinuousClock.now
        try await eventually("three times the call time-out") { start.duration(to: .now) > .milliseconds(1_500) }
        #expect(publisher.status.blocked == "low on memory")
        isBlocked.value = false
        #expect(await sent == nil)
        #expect(peer.log.connections == 1)
        await publisher.close()
    }

    @Test func `a confirm that does not come costs the connection`() async throws {
        let mayConfirm = Shared(false)
        let peer = try hesitantPeer(mayConfirm)
        let publisher = RabbitMQPublisher(
            configuration: peer.configuration { $0.confirmTimeout = .milliseconds(600) },
            logger: .quiet
        )
        _ = unknownReason(await publisher.failure(of: publishing("lost")))
        try await eventually("a fresh connection") { peer.log.connections == 2 }
        mayConfirm.value = true
        try await publisher.publishUntilKnown(publishing("lost"))
        await publisher.close()
    }

    @Test func `a publishing that was sent shortly before its deadline does not cost the connection`() async throws {
        let (isBlocked, mayConfirm) = (Shared(true), Shared(false))
        let peer = try FakePeer { session in
            _ = try session.publishing()
            try session.send(.method(.blocked, channel: 0, PeerBytes().shortString("disk")))
            try session.acknowledge(1)
            while isBlocked.value { session.waitAMoment() }
            try session.send(.method(.unblocked, channel: 0))
            _ = try session.publishing()
            while !mayConfirm.value { session.waitAMoment() }
            try session.acknowledge(2)
            try session.obey()
        }
        let publisher = RabbitMQPublisher(
            configuration: peer.configuration { $0.confirmTimeout = .seconds(8) },
            logger: .quiet
        )
        try await publisher.publish(publishing("first"))
        try await eventually("blocked") { publisher.status.blocked != nil }
        let start = ContinuousClock.now
        async let late = publisher.failure(of: publishing("late"))
        try await eventually("most of its time is over") { start.duration(to: .now) > .milliseconds(6_500) }
        isBlocked.value = false
        #expect(unknownReason(await late).contains("too slowly"))
        #expect(publisher.status.canConfirm && publisher.status.unconfirmed == 1)
        mayConfirm.value = true
        try await eventually("the late confirm") { publisher.status.unconfirmed == 0 }
        #expect(peer.log.published == ["first", "late"] && peer.log.connections == 1)
        await publisher.close()
    }
}
