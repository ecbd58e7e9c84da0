import AMQP
import Foundation
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import OrderFulfilment

/// Any bytes end somewhere that explains itself.
@Suite struct PoisonTests {
    /// One kind of poison: what is sent, and the reason that must come of it.
    struct Sample: CustomTestStringConvertible, Sendable {
        var reason: DeadLetterReason
        var body: [UInt8]
        var hasOutcome = true
        var testDescription: String { reason.rawValue }

        init(_ reason: DeadLetterReason, _ text: String, hasOutcome: Bool = true) {
            self.reason = reason
            body = Array(text.utf8)
            self.hasOutcome = hasOutcome
        }
    }

    static func event(_ changes: (inout JSON.Object) -> Void) -> String {
        var event =
            Commands.event("bad", .renewSubscription, of: "SUB-1", Commands.renewal).object ?? JSON.Object()
        changes(&event)
        return JSON.object(event).compactText
    }

    static func with(_ name: String, _ value: JSON?) -> String {
        event { event in
            event.members.removeAll { $0.name == name }
            event.append(name, value)
        }
    }

    static let samples = [
        Sample(.malformedMessage, "no json", hasOutcome: false),
        Sample(.malformedMessage, "", hasOutcome: false),
        Sample(.malformedMessage, "\u{0}\u{1}", hasOutcome: false),
        Sample(.malformedMessage, String(repeating: "[", count: 100_000), hasOutcome: false),
        Sample(.unknownType, with("type", "orders.launch-rocket.v1")),
        Sample(.unsupportedVersion, with("type", "orders.renew-subscription.v2")),
        Sample(.wrongQueue, with("type", "orders.cancel-subscription.v1")),
        Sample(.schemaViolation, with("data", ["subscriptionId": "SUB-1", "trem": ["months": 12]])),
        Sample(.identityMissing, with("id", nil), hasOutcome: false),
        Sample(.identityMissing, with("source", nil), hasOutcome: false),
        Sample(.tooLarge, with("data", .string(String(repeating: "x", count: 1 << 20))), hasOutcome: false),
    ]

    @Test(arguments: samples)
    func `Invariant 7: poison is a dead letter with its original body, properties and reason`(sample: Sample)
        async throws
    {
        try await withLine { line in
            var properties = Properties(contentType: "application/cloudevents+json", deliveryMode: .persistent)
            properties.headers = ["mine": "kept", "x-death": .array([]), "CC": .array([.text("elsewhere")])]
            properties.expiration = "60000"
            properties.correlationID = "my-correlation"
            try await line.send(sample.body, to: "renew-subscription", properties)
            let letter = try await line.deadLetter()
            let headers = letter.properties.headers
            #expect(headers.text("dead-letter-reason") == sample.reason.rawValue)
            #expect(headers.text("dead-letter-queue") == "orders.renew-subscription")
            #expect(headers.text("dead-letter-operation") == "renew-subscription")
            #expect(headers.text("dead-letter-worker") == "worker")
            #expect(headers.text("dead-letter-attempts") == "1")
            #expect(headers.text("dead-letter-stage") == "translate")
            #expect(headers.text("dead-letter-detail")?.isEmpty == false)
            #expect(headers.text("dead-letter-time").flatMap { try? Date($0, strategy: .iso8601) } != nil)
            #expect(headers.text("mine") == "kept")
            #expect(headers["x-death"] == nil && headers["CC"] == nil)
            #expect(letter.properties.expiration == nil)
            #expect(letter.properties.correlationID == "my-correlation")
            #expect(letter.routingKey == "renew-subscription")
            #expect(letter.body == sample.body)
            try await line.idle()
            #expect(line.outcomes.map(\.reason) == (sample.hasOutcome ? [sample.reason.rawValue] : []))
            #expect(line.count(.deadLettered) == 1)
            #expect(try await line.ledger.statistics().claimed == 0)
        }
    }

    @Test func `Invariant 7: poison doesn't hold up its neighbours`() async throws {
        try await withLine(LineSetup(prefetch: 1)) { line in
            for number in 1...50 {
                try await line.send(Array("poison \(number)".utf8), to: "create-subscription")
                try await line.send("c\(number)", .createSubscription, of: "SUB-\(number)", Commands.creation)
            }
            try await line.idle()
            #expect(line.deadLetters.count == 50)
            #expect(line.outcomes.count { $0.outcome == "succeeded" } == 50)
        }
    }

    @Test func `What fits no queue comes back from orders.undelivered as unroutable`() async throws {
        try await withLine { line in
            let event = Commands.event("lost", .renewSubscription, of: "SUB-1", Commands.renewal)
            try await line.send(event.compactBytes, to: "renew-subscritpion")
            let letter = try await line.deadLetter()
            #expect(letter.properties.headers.text("dead-letter-reason") == "unroutable")
            #expect(letter.routingKey == "renew-subscritpion")
            let outcome = try await line.outcome(of: "lost")
            #expect(outcome.reason == "unroutable")
            #expect(outcome.routingKey == "renew-subscription.dead-lettered")
        }
    }

    @Test(arguments: [("expired", "expired"), ("delivery_limit", "delivery-limit")])
    func `What the broker took out of a queue says why`(death: String, reason: String) async throws {
        try await withLine { line in
            try await line.undeliver("lost", .renewSubscription, Commands.renewal, death: death)
            let letter = try await line.deadLetter()
            #expect(letter.properties.headers.text("dead-letter-reason") == reason)
            #expect(letter.properties.headers["x-death"] == nil)
            #expect(try await line.outcome(of: "lost").reason == reason)
        }
    }

    @Test func `What the broker took out of a queue is finished when the ledger knows it`() async throws {
        try await withLine { line in
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await line.waits("renew", as: .premature)
            try await line.undeliver("renew", .renewSubscription, Commands.renewal, death: "expired")
            try await eventually("both are parked") { line.count(.parked) == 2 }
            try await line.create()
            #expect(try await line.outcome(of: "renew").outcome == "succeeded")
            try await line.undeliver("renew", .renewSubscription, Commands.renewal, death: "delivery_limit")
            try await eventually("it is replayed") { line.count(.replayed) == 1 }
            #expect(line.deadLetters.isEmpty)
            #expect(Set(line.outcomes(of: "renew").map(\.message.body)).count == 1)
        }
    }
}

extension LineUnderTest {
    /// Puts a command into `orders.undelivered`, as the broker does when it takes it out of a queue.
    func undeliver(_ id: String, _ operation: OrderOperation, _ data: JSON, death: String) async throws {
        let record: FieldTable = [
            "queue": .text(topology.queue(operation).rawValue), "reason": .text(death), "count": 1,
        ]
        let publishing = Publishing(
            exchange: ExchangeName(topology.undelivered.rawValue),
            routingKey: RoutingKey(operation.rawValue),
            properties: Properties(
                contentType: "application/cloudevents+json",
                headers: ["x-death": .array([.table(record)])]
            ),
            body: Commands.event(id, operation, of: "SUB-1", data).compactBytes
        )
        try await shop.publish(publishing)
    }
}
