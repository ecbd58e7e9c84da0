import Testing

@testable import AMQP

@Suite struct FrameWriterTests {
    private struct Frame: Equatable {
        var type: UInt8
        var channel: UInt16
        var payload: [UInt8]
    }

    /// Cuts bytes into frames, as the specification (section 4.2.3) says.
    private func frames(_ writer: FrameWriter) throws -> [Frame] {
        var reader = WireReader(writer.bytes[...])
        var frames: [Frame] = []
        while reader.position < reader.end {
            let (type, channel) = (try reader.byte(), try reader.integer(UInt16.self))
            let payload = Array(try reader.slice(Int(try reader.integer(UInt32.self))))
            #expect(try reader.byte() == 0xCE)
            frames.append(Frame(type: type, channel: channel, payload: payload))
        }
        return frames
    }

    private func frames(_ write: (inout FrameWriter) -> Void) throws -> [Frame] {
        var writer = FrameWriter()
        write(&writer)
        return try frames(writer)
    }

    @Test func `methods have the numbers and arguments of the specification`() throws {
        let frames = try frames { writer in
            writer.acknowledge(0x0102, multiple: true)
            writer.requeue(3)
            writer.prefetch(Prefetch(500))
            writer.consume("q", tag: "t")
            writer.cancel("t")
            writer.channelCloseOK()
            writer.connectionCloseOK()
            writer.heartbeat()
        }
        #expect(
            frames == [
                Frame(type: 1, channel: 1, payload: [0, 60, 0, 80, 0, 0, 0, 0, 0, 0, 1, 2, 1]),
                Frame(type: 1, channel: 1, payload: [0, 60, 0, 120, 0, 0, 0, 0, 0, 0, 0, 3, 2]),
                Frame(type: 1, channel: 1, payload: [0, 60, 0, 10, 0, 0, 0, 0, 1, 244, 0]),
                Frame(type: 1, channel: 1, payload: [0, 60, 0, 20, 0, 0, 1, 113, 1, 116, 0, 0, 0, 0, 0]),
                Frame(type: 1, channel: 1, payload: [0, 60, 0, 30, 1, 116, 0]),
                Frame(type: 1, channel: 1, payload: [0, 20, 0, 41]),
                Frame(type: 1, channel: 0, payload: [0, 10, 0, 51]),
                Frame(type: 8, channel: 0, payload: []),
            ]
        )
    }

    @Test(arguments: [0, 1, 91, 92, 93, 184, 185])
    func `a body is cut into frames that the connection can hold`(size: Int) throws {
        let body = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
        let frames = try frames { writer in
            writer.publish(exchange: "x", routingKey: "key", properties: [0, 0], body: body, frameMaximum: 100)
        }
        #expect(frames[0].payload == [0, 60, 0, 40, 0, 0, 1, 120, 3, 107, 101, 121, 1])
        #expect(frames[1].type == 2)
        #expect(frames[1].payload == [0, 60, 0, 0, 0, 0, 0, 0, 0, 0, 0, UInt8(size), 0, 0])
        #expect(frames.dropFirst(2).allSatisfy { $0.type == 3 && (1...92).contains($0.payload.count) })
        #expect(frames.dropFirst(2).flatMap(\.payload) == body)
        #expect(frames.count == 2 + (size + 91) / 92)
    }

    @Test func `encoded properties are read as they were, all of them and each alone`() throws {
        let all = Properties(
            contentType: "a",
            contentEncoding: "b",
            headers: ["h": .array([1, "x"])],
            deliveryMode: .persistent,
            priority: 9,
            correlationID: "c",
            replyTo: "d",
            expiration: "60000",
            messageID: "grün",
            timestamp: .max,
            type: "t",
            userID: "u",
            appID: ""
        )
        let single: [Properties] = [
            Properties(), Properties(contentType: "a"), Properties(contentEncoding: "b"), Properties(headers: ["h": 1]),
            Properties(deliveryMode: .transient), Properties(priority: 0), Properties(correlationID: "c"),
            Properties(replyTo: "d"), Properties(expiration: "1"), Properties(messageID: "m"), Properties(timestamp: 0),
            Properties(type: "t"), Properties(userID: "u"), Properties(appID: "a"),
        ]
        for properties in single + [all] {
            let headers = properties.headers.isEmpty ? nil : try properties.headers.encoded()
            let header = try ContentHeader(decoding: properties.encoded(headers: headers), limits: ContentLimits())
            #expect(header.properties == properties)
            #expect(header.oversizedHeaders == nil)
        }
    }
}
