import AMQP
import RabbitMQ
import TestKit
import Testing

/// Frames that make no sense: the connection is given up, the reason shows, the next connection works.
@Suite(.timeLimit(.minutes(2))) struct HostileFrameTests {
    /// What a peer sends after `basic.consume-ok`, and a part of what the status must say then.
    struct Nonsense: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var says: String
        var endless: [UInt8] = []
        var bytes: @Sendable (_ consumer: [UInt8]) -> [UInt8]
    }

    static let nonsense: [Nonsense] = framing + methods + content + tags

    @Test(arguments: nonsense)
    func `nonsense ends the connection, and the next one delivers`(nonsense: Nonsense) async throws {
        let attack = HostilePeer.Attack(consumed: nonsense.bytes, endless: nonsense.endless)
        try await HostileConsumer.check(attack, says: nonsense.says)
    }

    @Test func `random bytes after the handshake harm nobody`() async throws {
        for _ in 1...20 {
            let junk = (0..<Int.random(in: 1...2_000)).map { _ in UInt8.random(in: .min ... .max) }
            // The last frame makes sure that it ends, whatever the bytes mean.
            let attack = HostilePeer.Attack(consumed: { _ in junk }, endless: Array(repeating: 0xFF, count: 100_000))
            try await HostileConsumer.check(attack, says: "")
        }
    }

    /// The library takes them in by itself and comes back only when there are no more: the watchdog ends that.
    @Test func `heartbeats without end don't keep the thread for ever`() async throws {
        let beats = (1...10_000).flatMap { _ in HostileBytes.frame(8, channel: 0, []) }
        try await HostileConsumer.check(
            HostilePeer.Attack(consumed: { _ in [] }, endless: beats),
            says: "hung",
            callTimeout: .seconds(1)
        )
    }

    /// The library raises it to the 4096 bytes that AMQP demands of everybody.
    @Test(arguments: [0, 1, 8, 4_095] as [UInt32])
    func `no frame size that a peer asks for harms anybody`(size: UInt32) async throws {
        let attack = HostilePeer.Attack(frameMaximum: size, consumed: { _ in HostileBytes.method(60, 999) })
        try await HostileConsumer.check(attack, says: "unknown AMQP method")
    }

    @Test func `a peer that never answers is none`() async throws {
        try await HostileConsumer.check(HostilePeer.Attack(start: []), says: "no answer to login")
    }

    @Test(arguments: [
        Array("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n".utf8), [0, 0, 0, 0, 0, 0, 0, 0xCE],
        HostileBytes.frame(1, channel: 0, size: .max, [0, 10, 0, 10]),
        HostileBytes.method(10, 10, channel: 0, [9, 9] + Array(repeating: 0, count: 12)),
        HostileBytes.method(10, 10, channel: 0, [0, 9] + Array(repeating: 0xFF, count: 40)),
        HostileBytes.method(60, 60, channel: 0, [0, 9]), HostileBytes.method(10, 30, channel: 0, [0, 9]),
    ])
    func `a peer that does not begin as a broker does is none`(start: [UInt8]) async throws {
        var attack = HostilePeer.Attack(start: start)
        // Behind the wrong beginning nothing follows that the client could wait for.
        attack.start?.append(contentsOf: Array(repeating: 0xFF, count: 100))
        try await HostileConsumer.check(attack, says: "no AMQP handshake")
    }

    @Test(arguments: [false, true]) func `the deepest server properties harm nobody`(arrays: Bool) async throws {
        let attack = HostilePeer.Attack(
            start: HostilePeer.start(properties: HostileBytes.nested(arrays ? 26_000 : 21_800, arrays: arrays)),
            consumed: { _ in HostileBytes.method(60, 999) }
        )
        try await HostileConsumer.check(attack, says: "")
    }
}

extension HostileFrameTests {
    private static func whole(_ consumer: [UInt8], tag: UInt64, channel: UInt16 = 1) -> [UInt8] {
        HostileBytes.deliver(.init(consumer: consumer, tag: tag), channel: channel) + HostileBytes.header(0)
    }

    private static let framing = [
        Nonsense(testDescription: "a frame without payload", says: "RabbitMQ broke") { _ in HostileBytes.frame(1, []) },
        Nonsense(testDescription: "a method cut short", says: "RabbitMQ broke") { _ in
            HostileBytes.frame(1, [0, 60, 0])
        },
        Nonsense(testDescription: "a header cut short", says: "RabbitMQ broke") { consumer in
            HostileBytes.deliver(.init(consumer: consumer)) + HostileBytes.frame(2, [0, 60, 0, 0, 0])
        },
        Nonsense(testDescription: "a size one too small", says: "RabbitMQ broke") { _ in
            HostileBytes.frame(3, size: 3, [1, 2, 3, 4])
        },
        Nonsense(testDescription: "a size one too large", says: "RabbitMQ broke") { _ in
            HostileBytes.frame(3, size: 5, [1, 2, 3, 4]) + [0]
        },
        Nonsense(testDescription: "a frame of one byte over the maximum", says: "RabbitMQ broke") { _ in
            HostileBytes.frame(3, Array(repeating: 0, count: 131_065))
        },
        Nonsense(testDescription: "a size of four gigabytes", says: "RabbitMQ broke") { _ in
            HostileBytes.frame(3, size: .max, [1])
        },
        Nonsense(testDescription: "a wrong end of frame", says: "RabbitMQ broke") { _ in
            HostileBytes.frame(1, end: 0xCD, [0, 60, 0, 11])
        },
        Nonsense(testDescription: "content on a channel that is not open", says: "on channel 7") { consumer in
            whole(consumer, tag: 1, channel: 7)
        },
        Nonsense(testDescription: "content on channel 0", says: "on channel 0") { consumer in
            whole(consumer, tag: 1, channel: 0)
        },
        Nonsense(testDescription: "the connection's method on a channel", says: "on channel 1") { _ in
            HostileBytes.method(10, 61)
        },
    ]

    private static let methods = [
        Nonsense(testDescription: "an unknown class", says: "RabbitMQ broke") { _ in HostileBytes.method(99, 10) },
        Nonsense(testDescription: "an unknown method", says: "RabbitMQ broke") { _ in HostileBytes.method(60, 999) },
        Nonsense(testDescription: "a name longer than its frame", says: "RabbitMQ broke") { _ in
            HostileBytes.method(60, 60, [255, 1, 2, 3])
        },
        Nonsense(testDescription: "a close with broken text", says: "504") { _ in
            HostileBytes.method(
                20,
                40,
                HostileBytes.number(UInt16(504)) + HostileBytes.short([0xFF, 0x1B, 10]) + [0, 0, 0, 0]
            )
        },
        Nonsense(testDescription: "a connection close with broken text", says: "320") { _ in
            let text = HostileBytes.short(Array(repeating: 0xC3, count: 255))
            return HostileBytes.method(10, 50, channel: 0, HostileBytes.number(UInt16(320)) + text + [0, 0, 0, 0])
        },
        Nonsense(testDescription: "a consumer nobody asked for", says: "nobody asked for") { _ in
            HostileBytes.method(60, 21, HostileBytes.short([0xFF, 0xFE]))
        },
        Nonsense(testDescription: "a delivery for another consumer", says: "nobody asked for") { _ in
            whole([0xFF], tag: 1)
        },
        Nonsense(testDescription: "a cancel of another consumer", says: "not registered") { _ in
            HostileBytes.method(60, 30, HostileBytes.short([0xFF]) + [1])
        },
    ]

    private static let content = [
        Nonsense(testDescription: "a body without a method", says: "content without a method") { _ in
            HostileBytes.body([1])
        },
        Nonsense(testDescription: "a header without a method", says: "content without a method") { _ in
            HostileBytes.header(1)
        },
        Nonsense(testDescription: "a header of an unknown class", says: "RabbitMQ broke") { consumer in
            HostileBytes.deliver(.init(consumer: consumer)) + HostileBytes.header(0, kind: 99)
        },
        Nonsense(testDescription: "a body longer than announced", says: "longer than its header said") { consumer in
            HostileBytes.deliver(.init(consumer: consumer)) + HostileBytes.header(2) + HostileBytes.body([1, 2, 3])
        },
        Nonsense(testDescription: "a body of 2^64-1 bytes that breaks off", says: "interrupted") { consumer in
            HostileBytes.deliver(.init(consumer: consumer)) + HostileBytes.header(.max) + HostileBytes.body([1])
                + HostileBytes.deliver(.init(consumer: consumer, tag: 2))
        },
        Nonsense(
            testDescription: "empty body frames for ever",
            says: "empty body frame",
            endless: HostileBytes.body([])
        ) { consumer in HostileBytes.deliver(.init(consumer: consumer)) + HostileBytes.header(.max) },
        Nonsense(testDescription: "a table longer than its frame", says: "RabbitMQ broke") { consumer in
            HostileBytes.deliver(.init(consumer: consumer))
                + HostileBytes.header(0, HostileBytes.headers([1, 0x6B, 0x56], length: .max))
        },
        Nonsense(testDescription: "a field of an unknown type", says: "RabbitMQ broke") { consumer in
            HostileBytes.deliver(.init(consumer: consumer))
                + HostileBytes.header(0, HostileBytes.headers([1, 0x6B, 0x7A]))
        },
        Nonsense(testDescription: "properties without end", says: "RabbitMQ broke") { consumer in
            HostileBytes.deliver(.init(consumer: consumer))
                + HostileBytes.header(0, Array(repeating: 0xFF, count: 100_000))
        },
    ]

    private static let tags = [
        Nonsense(testDescription: "delivery tag 0", says: "out of turn") { whole($0, tag: 0) },
        Nonsense(testDescription: "a delivery tag twice", says: "out of turn") {
            whole($0, tag: 5) + whole($0, tag: 5)
        },
        Nonsense(testDescription: "a falling delivery tag", says: "out of turn") {
            whole($0, tag: .max) + whole($0, tag: 1)
        },
        Nonsense(testDescription: "far more deliveries than asked for", says: "over the prefetches") { consumer in
            (1...1_000).flatMap { whole(consumer, tag: $0) }
        },
    ]
}
