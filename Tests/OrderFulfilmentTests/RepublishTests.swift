import AMQP
import Foundation
import OrderMessages
import Testing

@testable import OrderFulfilment

@Suite struct RepublishTests {
    private static let explanation = DeadLetterHeaders(
        reason: .malformedMessage,
        detail: "no JSON",
        stage: "translate",
        operation: "renew-subscription",
        queue: "orders.renew-subscription",
        attempts: 1,
        time: "2026-06-15T00:00:00Z",
        worker: "w"
    )

    private func letter(_ message: Message) -> Publishing {
        .republish(message, to: "orders.dead-letter", keyIfUnsendable: "fallback", explanation: Self.explanation)
    }

    @Test func `Invariant 7: a letter can always be sent, whatever remote bytes have grown to`() {
        // A byte that is no UTF-8 is mended to three, so 255 of them become 765.
        let grown = String(repeating: "\u{FFFD}", count: 255)
        let message = Message(
            exchange: "orders.commands",
            routingKey: RoutingKey(grown),
            properties: Properties(headers: FieldTable([.init(grown, "x")]), messageID: grown, type: grown),
            body: [1, 2]
        )
        let letter = letter(message)
        #expect(letter.routingKey == "fallback")
        #expect(letter.properties.messageID?.utf8.count == 255)
        #expect(letter.properties.type?.utf8.count == 255)
        #expect((try? letter.properties.headers.encoded()) != nil)
        #expect(letter.properties.headers["dead-letter-headers-omitted"] != nil)
        #expect(letter.properties.headers.text("dead-letter-reason") == "malformed-message")
        let headers = letter.properties.headers.fields.map { field in
            JSON.Object.Member(field.name, .string(letter.properties.headers.text(field.name) ?? ""))
        }
        #expect(DeadLetterHeaders.schema(isClosed: true).violation(in: .object(JSON.Object(headers))) == nil)
        #expect(letter.body == [1, 2])
    }

    @Test func `Invariant 7: the largest letter is within what the publisher lets out by default`() throws {
        let long = String(repeating: "x", count: 1 << 17)
        let largest = DeadLetterHeaders(
            reason: .malformedMessage,
            detail: long,
            stage: long,
            operation: long,
            queue: long,
            attempts: .max,
            time: long,
            worker: long,
            omittedHeaders: long,
            omittedBody: long
        )
        // The largest original that goes along: length, name, type and length around its value.
        let value = [UInt8](repeating: 0, count: (96 << 10) - 4 - 2 - 5)
        let message = Message(
            exchange: "e",
            routingKey: "k",
            properties: Properties(headers: ["h": .bytes(value)]),
            body: []
        )
        let letter = Publishing.republish(message, to: "d", keyIfUnsendable: "k", explanation: largest)
        #expect(letter.properties.headers["h"] != nil)
        let size = try letter.properties.headers.encoded().count
        #expect(size > 112 << 10 && size <= 120 << 10)
    }

    @Test func `What can be sent goes along as it came`() {
        let properties = Properties(headers: ["tenant": "a"], messageID: "m")
        let letter = letter(
            Message(exchange: "e", routingKey: "renew-subscription", properties: properties, body: [])
        )
        #expect(letter.routingKey == "renew-subscription")
        #expect(letter.properties.messageID == "m")
        #expect(letter.properties.headers.text("tenant") == "a")
        #expect(letter.properties.headers["dead-letter-headers-omitted"] == nil)
    }
}
