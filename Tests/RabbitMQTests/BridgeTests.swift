import AMQP
import Glibc
import Testing

@testable import RabbitMQ

@Suite struct BridgeTests {
    private func publishing(_ change: (inout Publishing) -> Void) -> Publishing {
        var publishing = Publishing(exchange: "in", routingKey: "key", properties: Properties(), body: [])
        change(&publishing)
        return publishing
    }

    @Test func `a property over 255 bytes is refused before it is sent`() throws {
        let properties: [WritableKeyPath<Properties, String?>] = [
            \.contentType, \.contentEncoding, \.correlationID, \.replyTo, \.expiration, \.messageID, \.type, \.userID,
            \.appID,
        ]
        for property in properties {
            let fits = publishing { $0.properties[keyPath: property] = String(repeating: "ü", count: 127) }
            _ = try EncodedPublishing(fits, frameMaximum: 131_072)
            let long = publishing { $0.properties[keyPath: property] = String(repeating: "ü", count: 128) }
            let error = #expect(throws: PublishFailure.self) { try EncodedPublishing(long, frameMaximum: 131_072) }
            #expect(error.map { "\($0)".hasPrefix("invalid") } == true)
        }
    }

    @Test func `properties over the frame size are refused before they are sent`() throws {
        let headers = publishing { $0.properties.headers = ["h": .bytes(Array(repeating: 0, count: 4_000))] }
        _ = try EncodedPublishing(headers, frameMaximum: 4_096)
        let error = #expect(throws: PublishFailure.self) { try EncodedPublishing(headers, frameMaximum: 4_000) }
        #expect(error.map { "\($0)".contains("4000") } == true)
    }

    @Test func `headers over their budget are refused, and the largest of them is named`() throws {
        // Length, name with its length, type, length: 4 + 2 + 1 + 4 bytes besides the value.
        let headers = publishing {
            $0.properties.headers = ["a": .bytes(Array(repeating: 0, count: 989)), "small": true]
        }
        let size = 4 + 1_000 - 4 + 8
        _ = try EncodedPublishing(headers, frameMaximum: 4_096, maximumHeaderBytes: size)
        let error = #expect(throws: PublishFailure.self) {
            try EncodedPublishing(headers, frameMaximum: 4_096, maximumHeaderBytes: size - 1)
        }
        #expect(
            error
                == .invalid(
                    "the headers take 1008 bytes, maximumHeaderBytes allows 1007; the largest header is 'a' with 996 bytes"
                )
        )
    }

    @Test func `a message that was carried can go out again with 16 KiB of explanations`() throws {
        let configuration = RabbitMQConfiguration(address: AMQPAddress())
        // Small numbers grow the most: seven bytes, from one on another client's wire to the eight we send.
        let carried = FieldTable(
            [.init("numbers", .array(Array(repeating: .integer(1), count: configuration.limits.headerCount - 2)))]
                + [.init("text", .bytes(Array(repeating: 0, count: configuration.limits.headerBytes - 8_192)))]
        )
        let ours = (0..<10).map { FieldTable.Field("explanation-\($0)", .bytes(Array(repeating: 0, count: 1_620))) }
        let longest = String(repeating: "p", count: 255)
        let letter = publishing {
            $0.properties = Properties(
                contentType: longest,
                contentEncoding: longest,
                headers: FieldTable(carried.fields + ours),
                correlationID: longest,
                replyTo: longest,
                messageID: longest,
                type: longest,
                appID: longest
            )
        }
        _ = try EncodedPublishing(
            letter,
            frameMaximum: 131_072,
            maximumHeaderBytes: configuration.maximumHeaderBytes
        )
    }

    @Test func `headers that no table can hold are refused before they are sent`() {
        let name = publishing { $0.properties.headers = [String(repeating: "h", count: 256): 1] }
        #expect(throws: PublishFailure.self) { try EncodedPublishing(name, frameMaximum: 131_072) }
        let number = publishing { $0.properties.headers = ["n": .unsigned(.max)] }
        #expect(throws: PublishFailure.self) { try EncodedPublishing(number, frameMaximum: 131_072) }
    }

    @Test func `the library reads our tables`() throws {
        let arena = Arena()
        _ = try arena.table([
            "text": "value", "list": .array([1, .table(["deep": .void]), .bytes([0])]),
            "decimal": .decimal(scale: 1, value: 2),
        ])
        _ = try arena.table([:])
        #expect(throws: BrokerFailure.self) { _ = try arena.table(encoded: [0, 0, 0, 9, 1]) }
    }

    @Test func `texts reach the library byte for byte, the empty one too`() {
        let arena = Arena()
        #expect(String(arena.bytes("grün\u{0}x")) == "grün\u{0}x")
        #expect(String(arena.bytes("")) == "")
        #expect([UInt8](arena.bytes("")) == [])
    }

    @Test func `the broker's words can't steer a log or a terminal`() {
        let arena = Arena()
        let words = String(shown: arena.bytes("NOT_FOUND\n\u{1B}[2Jno 'größe'\u{202E}\u{2028}"))
        #expect(words == "NOT_FOUND\u{FFFD}\u{FFFD}[2Jno 'größe'\u{FFFD}\u{FFFD}")
    }

    @Test func `names over 255 bytes never reach the library`() {
        let arena = Arena()
        #expect(throws: BrokerFailure.self) { _ = try arena.name(QueueName(String(repeating: "q", count: 256))) }
    }

    @Test func `durations become the library's waits`() {
        let wait = Duration.milliseconds(1_250).timeval
        #expect(wait.tv_sec == 1)
        #expect(wait.tv_usec == 250_000)
    }
}
