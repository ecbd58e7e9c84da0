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
        #expect(letter.body == [1, 2])
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
