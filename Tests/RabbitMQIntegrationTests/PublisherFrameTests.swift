import AMQP
import RabbitMQ
import TestKit
import Testing

/// What a broker may say to a publisher, in every order.
@Suite(.timeLimit(.minutes(1))) struct PublisherFrameTests {
    private func publisher(
        _ peer: FakePeer,
        _ change: (inout RabbitMQConfiguration) -> Void = { _ in }
    ) -> RabbitMQPublisher {
        RabbitMQPublisher(configuration: peer.configuration(change), logger: .quiet)
    }

    /// Publishes all, so that they are on their way together, in this order.
    private func failures(of ids: [String], by publisher: RabbitMQPublisher, _ peer: FakePeer) async throws
        -> [PublishFailure?]
    {
        var tasks: [Task<PublishFailure?, Never>] = []
        for (index, id) in ids.enumerated() {
            tasks.append(Task { await publisher.failure(of: publishing(id)) })
            try await eventually("\(id) has arrived") { peer.log.published.count > index }
        }
        var failures: [PublishFailure?] = []
        for task in tasks { failures.append(await task.value) }
        return failures
    }

    @Test func `Invariant 1: acks, nacks and returns find their publishings, single, multiple and interleaved`()
        async throws
    {
        let peer = try FakePeer { session in
            for _ in 1...7 { _ = try session.publishing() }
            let returned = PeerSession.returned(
                exchange: "in",
                routingKey: "key",
                messageID: "c",
                body: Array("xxx".utf8)
            )
            try session.refuse(2)
            // The return comes before its ack; heartbeats and acks of others in between are no part of it.
            try session.send(returned[0], returned[1], returned[2])
            try session.send(PeerFrame(type: 8, channel: 0, payload: []))
            try session.acknowledge(5)
            try session.acknowledge(4, multiple: true)
            try session.refuse(7, multiple: true)
            try session.obey()
        }
        let publisher = publisher(peer)
        let failures = try await failures(of: ["a", "b", "c", "d", "e", "f", "g"], by: publisher, peer)
        #expect(
            failures == [nil, .refused, .unroutable(code: 312, text: "NO_ROUTE"), nil, nil, .refused, .refused]
        )
        #expect(publisher.status.unconfirmed == 0 && publisher.status.canConfirm)
        await publisher.close()
    }

    @Test(arguments: [404, 406] as [UInt16])
    func `a closed channel is answered with close-ok, and what was open is published again under the same id`(
        code: UInt16
    ) async throws {
        let peer = try FakePeer { session in
            if session.number == 1 {
                _ = try session.publishing()
                _ = try session.publishing()
                try session.acknowledge(1)
                try session.closeChannel(code, "reason")
                try session.serve(until: .channelCloseOK)
                return try session.obey()
            }
            try session.confirmEverything()
        }
        let publisher = publisher(peer)
        let failures = try await failures(of: ["first", "second"], by: publisher, peer)
        #expect(failures[0] == nil)
        #expect(unknownReason(failures[1]).contains("\(code) reason"))
        try await publisher.publishUntilKnown(publishing("second"))
        #expect(peer.log.published == ["first", "second", "second"])
        #expect(peer.log.has(.channelCloseOK, from: 1) && peer.log.has(.close, from: 1))
        await publisher.close()
    }

    @Test func `a closed connection is answered with close-ok`() async throws {
        let peer = try FakePeer { session in
            if session.number == 1 {
                _ = try session.publishing()
                try session.closeConnection(320, "CONNECTION_FORCED")
                try session.serve(until: .closeOK)
                return
            }
            try session.confirmEverything()
        }
        let publisher = publisher(peer)
        #expect(unknownReason(await publisher.failure(of: publishing("a"))).contains("320 CONNECTION_FORCED"))
        try await publisher.publishUntilKnown(publishing("a"))
        #expect(peer.log.methods(from: 1).last == .closeOK)
        await publisher.close()
    }

    @Test(arguments: [PeerMethod.startOK, .open, .queueDeclare])
    func `a connection that is closed while it is made is answered with close-ok too`(
        stage: PeerMethod
    ) async throws {
        let peer = try FakePeer { session in
            try session.serve(until: stage)
            try session.closeConnection(403, "ACCESS_REFUSED")
            try session.serve(until: .closeOK)
        }
        let publisher = RabbitMQPublisher(
            configuration: peer.configuration(),
            topology: Topology(queues: [Topology.Queue("q", arguments: [:])]),
            logger: .quiet
        )
        try await eventually("the answer") { peer.log.methods(from: 1).last == .closeOK }
        try await eventually("the trouble shows") {
            publisher.status.trouble?.contains("403 ACCESS_REFUSED") == true
        }
        await publisher.close()
    }

    /// Frames after which nothing on the connection can be trusted.
    private static let nonsense: [String: [PeerFrame]] = [
        "an ack of what was never published": [.method(.acknowledge, PeerBytes().longLong(9).octet(0))],
        "a nack of what was never published": [.method(.refuse, PeerBytes().longLong(9).octet(1))],
        "a return of a stranger": PeerSession.returned(exchange: "in", routingKey: "key", messageID: "z", body: [1]),
        "a body without a method": [.body([1])],
        "a header without a method": [.header(bodySize: 1)],
        "a body that is longer than its header says": [
            .method(.returned, PeerBytes().short(312).shortString("").shortString("").shortString("")),
            .header(bodySize: 1), .body([1, 2]),
        ],
        "content on a channel that was never opened": [PeerFrame(type: 3, channel: 2, payload: [1])],
        "a method on a channel that was never opened": [
            .method(.acknowledge, channel: 7, PeerBytes().longLong(1).octet(0))
        ],
        "a method without arguments": [PeerFrame(type: 1, channel: 1, payload: [0, 60, 0, 80])],
        "a method that nobody knows": [PeerFrame(type: 1, channel: 1, payload: [1, 1, 1, 1])],
        "a frame over the frame size": [PeerFrame(type: 3, channel: 1, payload: Array(repeating: 0, count: 140_000))],
        "a header that is too short": [
            .method(.returned, PeerBytes().short(312).shortString("").shortString("").shortString("")),
            PeerFrame(type: 2, channel: 1, payload: [0, 60]),
        ],
    ]

    @Test(arguments: nonsense.keys.sorted())
    func `after frames that make no sense a fresh connection begins`(name: String) async throws {
        let frames = try #require(Self.nonsense[name])
        let peer = try FakePeer { session in
            if session.number == 1 {
                _ = try session.publishing()
                for frame in frames { try session.send(frame) }
                try session.beSilent()
            }
            try session.confirmEverything()
        }
        let publisher = publisher(peer)
        _ = unknownReason(await publisher.failure(of: publishing("a")))
        try await publisher.publishUntilKnown(publishing("a"))
        #expect(peer.log.connections == 2)
        await publisher.close()
    }

    @Test func `a frame without its end mark, and one that stops in its middle, end the connection`() async throws {
        let acknowledgement = PeerFrame.method(.acknowledge, PeerBytes().longLong(1).octet(0)).bytes
        let peer = try FakePeer { session in
            guard session.number < 3 else { return try session.confirmEverything() }
            _ = try session.publishing()
            if session.number == 1 { try session.send(bytes: acknowledgement.dropLast() + [0]) }
            if session.number == 2 { return try session.send(bytes: acknowledgement.dropLast(3)) }
            try session.beSilent()
        }
        let publisher = publisher(peer)
        for _ in 1...2 { _ = unknownReason(await publisher.failure(of: publishing("a"))) }
        try await publisher.publishUntilKnown(publishing("a"))
        #expect(peer.log.published == ["a", "a", "a"])
        await publisher.close()
    }
}
