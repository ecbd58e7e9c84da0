import AMQP
import Testing

@testable import RabbitMQ

@Suite struct OutboundBufferTests {
    private let start = ContinuousClock.now

    @Test func `what the socket does not take waits and leaves in order`() throws {
        let buffer = OutboundBuffer()
        var taken: [UInt8] = []
        for tag: UInt64 in 1...3 { buffer.frames.acknowledge(tag, multiple: false) }
        let expected = buffer.frames.bytes
        while buffer.count > 0 {
            var hasTaken = false
            try buffer.flush(now: start) { bytes in
                guard !hasTaken else { return .full }
                hasTaken = true
                taken += bytes.prefix(7)
                return .took(min(7, bytes.count))
            }
        }
        #expect(taken == expected)
        #expect(buffer.stalledSince == nil)
    }

    @Test func `a socket that is always a little behind does not make it keep what has left`() throws {
        let buffer = OutboundBuffer()
        let body = [UInt8](repeating: 1, count: 50_000)
        for _ in 0..<400 {
            buffer.frames.publish(exchange: "", routingKey: "q", properties: [0, 0], body: body, frameMaximum: 131_072)
            var hasTaken = false
            try buffer.flush(now: start) { bytes in
                guard !hasTaken, bytes.count > 1 else { return .full }
                hasTaken = true
                return .took(bytes.count - 1)
            }
            #expect(buffer.count == 1)
            #expect(buffer.frames.bytes.count < 300_000)
        }
    }

    @Test func `a stall lasts from the last byte that left`() throws {
        let buffer = OutboundBuffer()
        buffer.frames.heartbeat()
        try buffer.flush(now: start) { _ in .full }
        #expect(buffer.stalledSince == start)
        try buffer.flush(now: start + .seconds(1)) { _ in .full }
        #expect(buffer.stalledSince == start)
        var hasTaken = false
        try buffer.flush(now: start + .seconds(2)) { _ in
            defer { hasTaken = true }
            return hasTaken ? .full : .took(1)
        }
        #expect(buffer.stalledSince == start + .seconds(2))
        #expect(throws: BrokerFailure.self) { try buffer.flush(now: start) { _ in .failed("gone") } }
    }
}
