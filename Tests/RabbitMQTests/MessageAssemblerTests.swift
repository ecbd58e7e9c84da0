import AMQP
import Crypto
import Testing

@testable import RabbitMQ

@Suite struct MessageAssemblerTests {
    private let deliver = InboundFrame.deliver(
        consumer: "c",
        tag: 7,
        isRedelivered: true,
        exchange: "in",
        routingKey: "key"
    )
    private let noProperties: [UInt8] = [0, 0]

    private func headers(_ table: FieldTable) throws -> [UInt8] { try [0b0010_0000, 0] + table.encoded(depth: 200) }

    private func hash(_ bytes: some Sequence<UInt8>) -> String {
        SHA256.hash(data: Array(bytes)).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }

    private func assemble(_ frames: [InboundFrame], limits: ContentLimits = ContentLimits()) throws -> Message {
        var assembler = MessageAssembler(limits: limits)
        for frame in frames.dropLast() {
            let early = try assembler.take(frame)
            #expect(early == nil)
        }
        let last = try #require(frames.last)
        guard case .delivery("c", 7, true, let message)? = try assembler.take(last) else {
            throw BrokerFailure.lost("no delivery")
        }
        return message
    }

    @Test func `a message comes together from its frames`() throws {
        let frames: [InboundFrame] = [
            deliver, .header(bodySize: 5, properties: try headers(["h": 1])), .body([1, 2]), .body([3]), .body([4, 5]),
        ]
        #expect(
            try assemble(frames)
                == Message(
                    exchange: "in",
                    routingKey: "key",
                    properties: Properties(headers: ["h": 1]),
                    body: [1, 2, 3, 4, 5]
                )
        )
    }

    @Test func `an empty body has no body frame`() throws {
        #expect(try assemble([deliver, .header(bodySize: 0, properties: noProperties)]).body.isEmpty)
    }

    @Test func `a publisher keeps nothing of a returned body that is larger than all it has sent`() throws {
        var assembler = PublisherRole.assembler()
        let returned = InboundFrame.returned(code: 312, text: "", exchange: "in", routingKey: "key")
        var arrival = try assembler.take(returned)
        arrival = try assembler.take(.header(bodySize: .max, properties: noProperties))
        for _ in 0..<100 {
            arrival = try assembler.take(.body([UInt8](repeating: 1, count: 10_000)))
            #expect(arrival == nil)
            #expect(assembler.heldBytes == 0)
        }
    }

    @Test func `Invariant 7: a body over the limit is hashed as it passes and not kept`() throws {
        let body = (0..<100).map(UInt8.init)
        let frames: [InboundFrame] = [
            deliver, .header(bodySize: 100, properties: noProperties), .body(Array(body[..<60])),
            .body(Array(body[60...])),
        ]
        let omitted = try assemble(frames, limits: ContentLimits(bodyBytes: 99))
        #expect(omitted.body.isEmpty)
        #expect(omitted.omittedBody == .init(byteCount: 100, sha256: hash(body)))
        let kept = try assemble(frames, limits: ContentLimits(bodyBytes: 100))
        #expect(kept.omittedBody == nil)
        #expect(kept.body == body)
    }

    @Test func `a large body of small frames takes time in proportion`() throws {
        let (frame, count) = ([UInt8](repeating: 7, count: 4_088), 4_096)
        var assembler = MessageAssembler(limits: ContentLimits(bodyBytes: .max))
        _ = try assembler.take(deliver)
        _ = try assembler.take(.header(bodySize: UInt64(frame.count * count), properties: noProperties))
        let start = ContinuousClock.now
        var arrival: MessageAssembler.Arrival?
        for _ in 1...count { arrival = try assembler.take(.body(frame)) }
        // Some ten milliseconds; many seconds when each frame copies the body so far.
        #expect(start.duration(to: .now) < .seconds(20))
        guard case .delivery(_, _, _, let message)? = arrival else { throw BrokerFailure.lost("no delivery") }
        #expect(message.body.count == frame.count * count)
    }

    @Test func `Invariant 7: headers over the limit are replaced by their size and hash`() throws {
        let table: FieldTable = ["big": .bytes(Array(repeating: 1, count: 70_000))]
        let message = try assemble([deliver, .header(bodySize: 1, properties: try headers(table)), .body([1])])
        let content = try table.encoded().dropFirst(4)
        #expect(message.properties.headers.isEmpty)
        #expect(message.omittedHeaders == .init(byteCount: UInt64(content.count), sha256: hash(content)))
        #expect(message.body == [1])
    }

    @Test func `Invariant 7: headers that are nested too deeply are replaced too`() throws {
        var table: FieldTable = [:]
        for _ in 0..<100 { table = ["t": .table(table)] }
        let message = try assemble([deliver, .header(bodySize: 0, properties: try headers(table))])
        #expect(message.omittedHeaders != nil)
    }

    @Test func `a connection is given up when content makes no sense`() throws {
        let nonsense: [[InboundFrame]] = [
            [.body([1])], [.header(bodySize: 1, properties: noProperties)], [deliver, deliver], [deliver, .body([1])],
            [deliver, .header(bodySize: 1, properties: [])],
            [deliver, .header(bodySize: 1, properties: [0xFF, 0xFF])],
            [deliver, .header(bodySize: 2, properties: noProperties), .body([1, 2, 3])],
            [deliver, .header(bodySize: 2, properties: noProperties), .body([])],
            [deliver, .header(bodySize: .max, properties: noProperties), .body([1]), .body([])],
            [deliver, .header(bodySize: 2, properties: noProperties), .acknowledge(1, multiple: false)],
        ]
        for frames in nonsense {
            #expect(throws: BrokerFailure.self, "\(frames)") {
                var assembler = MessageAssembler(limits: ContentLimits())
                for frame in frames { _ = try assembler.take(frame) }
            }
        }
    }

    @Test func `other frames between messages pass`() throws {
        var assembler = MessageAssembler(limits: ContentLimits())
        let arrival = try assembler.take(.unblocked)
        #expect(arrival == nil)
    }
}
