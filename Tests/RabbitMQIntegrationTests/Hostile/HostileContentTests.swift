import AMQP
import Crypto
import RabbitMQ
import TestKit
import Testing

/// Content that is large, deep or broken, but framed as it should be: it is carried as far as the limits say.
@Suite(.timeLimit(.minutes(2))) struct HostileContentTests {
    /// The most bytes of a header table that fit into a frame of 128 KiB with nothing but the flags before it.
    private static let mostHeaderBytes = 131_072 - 8 - 12 - 2 - 4

    private func digest(_ bytes: [UInt8]) -> Message.Omission {
        let hash = SHA256.hash(data: bytes).description.replacing("SHA256 digest: ", with: "")
        return Message.Omission(byteCount: UInt64(bytes.count), sha256: hash)
    }

    /// Consumes what the peer sends first; then a message of its good behaviour must arrive over the next connection.
    private func deliver(
        limits: ContentLimits = ContentLimits(),
        _ bytes: @escaping @Sendable (_ consumer: [UInt8]) -> [UInt8]
    ) async throws -> Message {
        // Nonsense that comes in one go with a message takes it along: the broker would deliver it again.
        let peer = try HostilePeer(.init(consumed: bytes, acknowledged: HostileBytes.method(60, 999)))
        defer { peer.end() }
        let consumer = HostileConsumer.start(peer, limits: limits)
        var arrived = consumer.deliveries.makeAsyncIterator()
        let first = try #require(await arrived.next())
        consumer.settle(first.id, .acknowledge)
        peer.behave()
        let next = try #require(await arrived.next())
        #expect(next.message.body == Array("good".utf8))
        consumer.settle(next.id, .acknowledge)
        try await eventually("the ack arrives") { peer.acknowledged == [1, 1] }
        await consumer.close()
        return first.message
    }

    @Test(
        .enabled(if: LibraryVersion.decodesAnyDepth),
        arguments: [(20_000, false), (mostHeaderBytes / 6, false), (20_000, true), ((mostHeaderBytes - 6) / 5, true)]
    )
    func `the deepest headers are left out and the body stays`(levels: Int, arrays: Bool) async throws {
        let table = HostileBytes.nested(levels, arrays: arrays)
        let message = try await deliver { consumer in
            HostileBytes.deliver(.init(consumer: consumer)) + HostileBytes.header(1, HostileBytes.headers(table))
                + HostileBytes.body([9])
        }
        #expect(message.omittedHeaders == digest(table))
        #expect(message.properties.headers.isEmpty)
        #expect(message.body == [9])
    }

    @Test func `the largest headers that fit into a frame are left out and the body stays`() async throws {
        let text = Self.mostHeaderBytes - 6
        let table =
            [1, 0x6B, UInt8(ascii: "S")] + HostileBytes.number(UInt32(text - 1))
            + Array(repeating: 0xFF, count: text - 1)
        #expect(table.count == Self.mostHeaderBytes)
        let message = try await deliver { consumer in
            HostileBytes.deliver(.init(consumer: consumer)) + HostileBytes.header(1, HostileBytes.headers(table))
                + HostileBytes.body([9])
        }
        #expect(message.omittedHeaders == digest(table))
        #expect(message.body == [9])
    }

    @Test func `headers at the limit are carried, one byte more is not`() async throws {
        for (extra, isCarried) in [(0, true), (1, false)] {
            let text = 64 * 1024 - 7 + extra
            let table =
                [1, 0x6B, UInt8(ascii: "x")] + HostileBytes.number(UInt32(text)) + Array(repeating: 7, count: text)
            let message = try await deliver { consumer in
                HostileBytes.deliver(.init(consumer: consumer)) + HostileBytes.header(0, HostileBytes.headers(table))
            }
            #expect((message.omittedHeaders == nil) == isCarried)
            #expect(message.properties.headers.isEmpty != isCarried)
        }
    }

    @Test func `a body at the limit is carried, one byte more is hashed`() async throws {
        for size in [1_000, 1_001] {
            let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 * 7) }
            let message = try await deliver(limits: ContentLimits(bodyBytes: 1_000)) { consumer in
                HostileBytes.deliver(.init(consumer: consumer)) + HostileBytes.header(UInt64(size))
                    + HostileBytes.body(Array(body[..<400])) + HostileBytes.body(Array(body[400...]))
            }
            #expect(message.body == (size == 1_000 ? body : []))
            #expect(message.omittedBody == (size == 1_000 ? nil : digest(body)))
        }
    }

    @Test func `texts that are no UTF-8 are mended wherever they stand`() async throws {
        let broken: [UInt8] = [0x61, 0xFF, 0xC3]
        let mended = "a\u{FFFD}\u{FFFD}"
        // Everything but delivery mode, priority and timestamp.
        let table = HostileBytes.short(broken) + [UInt8(ascii: "S")] + HostileBytes.number(UInt32(3)) + broken
        let before =
            HostileBytes.short(broken) + HostileBytes.short(broken) + HostileBytes.number(UInt32(table.count)) + table
        let after = (1...7).flatMap { _ in HostileBytes.short(broken) }
        let properties = HostileBytes.number(UInt16(0b1110_0111_1011_1000)) + before + after
        let message = try await deliver { consumer in
            HostileBytes.deliver(.init(consumer: consumer, exchange: broken, routingKey: broken))
                + HostileBytes.header(3, properties) + HostileBytes.body(broken)
        }
        #expect(message.exchange.rawValue == mended)
        #expect(message.routingKey.rawValue == mended)
        #expect(
            message.properties
                == Properties(
                    contentType: mended,
                    contentEncoding: mended,
                    headers: [mended: .bytes(broken)],
                    correlationID: mended,
                    replyTo: mended,
                    expiration: mended,
                    messageID: mended,
                    type: mended,
                    userID: mended,
                    appID: mended
                )
        )
        #expect(message.body == broken)
    }

    @Test func `frames that AMQP lets a peer send at any time are passed over`() async throws {
        let message = try await deliver { consumer in
            HostileBytes.frame(8, channel: 0, []) + HostileBytes.frame(77, [1, 2, 3])
                + HostileBytes.deliver(.init(consumer: consumer)) + HostileBytes.frame(8, channel: 0, [])
                + HostileBytes.header(2) + HostileBytes.body([1]) + HostileBytes.frame(8, channel: 0, [])
                + HostileBytes.body([2])
        }
        #expect(message.body == [1, 2])
    }
}
