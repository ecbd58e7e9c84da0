import AMQP
import Foundation
import RabbitMQ
import TestKit
import Testing

/// Answers to a publishing that make no sense: its fate is unknown, and the next one is confirmed.
@Suite(.timeLimit(.minutes(2))) struct HostileConfirmTests {
    /// What a peer answers, and a part of what the publisher says of it.
    struct Nonsense: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var says: String
        var bytes: [UInt8]
    }

    private static let publishing = Publishing(
        exchange: "in",
        routingKey: "key",
        properties: Properties(messageID: "1"),
        body: [1, 2, 3]
    )

    private static func method(_ method: UInt16, _ tag: UInt64, multiple: Bool) -> [UInt8] {
        HostileBytes.method(60, method, HostileBytes.number(tag) + [multiple ? 1 : 0])
    }

    private static func returned(_ key: String = "key") -> [UInt8] {
        let names =
            HostileBytes.short([0x0A, 0xFF]) + HostileBytes.short(Array("in".utf8))
            + HostileBytes.short(Array(key.utf8))
        return HostileBytes.method(60, 50, HostileBytes.number(UInt16(312)) + names)
    }

    static let answers: [Nonsense] = [
        Nonsense(testDescription: "an ack of 2^64-1", says: "only 1 were", bytes: method(80, .max, multiple: true)),
        Nonsense(testDescription: "a single ack of 2^64-1", says: "only 1", bytes: method(80, .max, multiple: false)),
        Nonsense(testDescription: "a nack of 2^63", says: "only 1", bytes: method(120, 1 << 63, multiple: true)),
        Nonsense(testDescription: "a single ack of 0", says: "basic.ack of 0", bytes: method(80, 0, multiple: false)),
        Nonsense(testDescription: "an ack of the next one", says: "only 1 were", bytes: method(80, 2, multiple: false)),
        Nonsense(
            testDescription: "a return of something else",
            says: "not in flight",
            bytes: returned("other") + HostileBytes.header(0)
        ),
        Nonsense(
            testDescription: "a return of far more than was sent",
            says: "not in flight",
            bytes: returned() + HostileBytes.header(8_000_000)
                + (1...80).flatMap { _ in HostileBytes.body(Array(repeating: 1, count: 100_000)) }
        ),
        Nonsense(testDescription: "a return without content", says: "interrupted", bytes: returned() + returned()),
        Nonsense(
            testDescription: "an unknown method",
            says: "unknown AMQP method",
            bytes: HostileBytes.method(60, 999)
        ),
        Nonsense(
            testDescription: "an ack cut short",
            says: "invalid AMQP data",
            bytes: HostileBytes.method(60, 80, [0])
        ),
    ]

    @Test(arguments: answers) func `nonsense leaves the publishing unknown, and the next is confirmed`(answer: Nonsense)
        async throws
    {
        let peer = try HostilePeer(.init(published: answer.bytes))
        defer { peer.end() }
        let publisher = RabbitMQPublisher(configuration: HostileConsumer.configuration(peer), logger: .quiet)
        let failure = await #expect(throws: PublishFailure.self) { try await publisher.publish(Self.publishing) }
        guard case .unknown(let reason)? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(reason.contains(answer.says), "\(reason)")
        peer.behave()
        try await publisher.publish(Self.publishing)
        #expect(publisher.status.canConfirm && publisher.status.trouble == nil)
        await publisher.close()
    }

    @Test func `a return without end ends with the connection`() async throws {
        let attack = HostilePeer.Attack(
            endless: HostileBytes.body(Array(repeating: 1, count: 100_000)),
            published: Self.returned() + HostileBytes.header(.max)
        )
        let peer = try HostilePeer(attack)
        defer { peer.end() }
        var configuration = HostileConsumer.configuration(peer)
        configuration.confirmTimeout = .seconds(2)
        let publisher = RabbitMQPublisher(configuration: configuration, logger: .quiet)
        // Hundreds of megabytes come in the meantime: more than the largest body that was sent is hashed and not kept.
        await #expect(throws: PublishFailure.self) { try await publisher.publish(Self.publishing) }
        await publisher.close()
    }

    @Test func `a block that never ends is told, and ends with the confirm time-out`() async throws {
        let blocked = HostileBytes.method(10, 60, channel: 0, HostileBytes.short([0x1B, 0xFF]))
        let peer = try HostilePeer(.init(published: blocked + method(80, 1, multiple: false)))
        defer { peer.end() }
        var configuration = HostileConsumer.configuration(peer)
        configuration.confirmTimeout = .milliseconds(300)
        let publisher = RabbitMQPublisher(configuration: configuration, logger: .quiet)
        try await publisher.publish(Self.publishing)
        let failure = await #expect(throws: PublishFailure.self) { try await publisher.publish(Self.publishing) }
        #expect("\(String(describing: failure))".contains("blocks publishing: \u{FFFD}\u{FFFD}"))
        #expect(publisher.status.blocked == "\u{FFFD}\u{FFFD}")
        await publisher.close()
    }

    private func method(_ method: UInt16, _ tag: UInt64, multiple: Bool) -> [UInt8] {
        Self.method(method, tag, multiple: multiple)
    }
}
