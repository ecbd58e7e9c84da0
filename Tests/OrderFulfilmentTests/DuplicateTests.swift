import AMQP
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import OrderFulfilment

/// One effect and one outcome, however often a command comes.
@Suite struct DuplicateTests {
    @Test func `Invariant 6: a duplicate after the end gets the same event, byte for byte`() async throws {
        try await withLine { line in
            try await line.create()
            try await line.send("create-SUB-1", .createSubscription, Commands.creation)
            try await eventually("the second event") { line.outcomes(of: "create-SUB-1").count == 2 }
            let events = line.outcomes(of: "create-SUB-1")
            #expect(events[0].message.body == events[1].message.body)
            #expect(events[0].message.properties == events[1].message.properties)
            #expect(await line.effects(on: "SUB-1").count == 1)
            try await line.idle()
            try await eventually("it is counted") { line.count(.outcome) == 1 }
            #expect(line.count(.replayed) == 1)
            #expect(line.counts.replays == 1)
            #expect(line.counts.outcomes == ["create-subscription.succeeded": 1])
        }
    }

    @Test func `Invariant 6: a duplicate of a rejection gets the same event`() async throws {
        try await withLine { line in
            try await line.create()
            for _ in 1...2 { try await line.send("again", .startTrial, Commands.trial) }
            try await eventually("both events") { line.outcomes(of: "again").count == 2 || line.count(.joined) == 1 }
            #expect(Set(line.outcomes(of: "again").map(\.message.body)).count == 1)
            #expect(line.outcomes(of: "again").first?.code == "subscription-exists")
        }
    }

    @Test func `Invariant 6: the id of an event follows from its command alone`() async throws {
        try await withLine { line in
            try await line.create()
            let created = try await line.outcome(of: "create-SUB-1")
            let identity = CommandIdentity(source: "/shop", id: "create-SUB-1")
            #expect(created.id == EventID.outcome("succeeded", of: identity))
            #expect(created.message.properties.messageID == created.id)
            // Nothing is stored of these: each event is made anew.
            for _ in 1...2 { try await line.send("bad", .renewSubscription, ["trem": 1]) }
            for _ in 1...2 { try await line.send("view", .viewEntitlement) }
            try await eventually("all events") { line.outcomes.count == 5 }
            #expect(Set(line.outcomes.map(\.id)).count == 3)
        }
    }

    @Test func `Invariant 9: a duplicate of a command in hand joins it`() async throws {
        try await withLine { line in
            let gate = Gate()
            await line.gateway.beforeApply { _ in await gate.pass() }
            try await line.send("create", .createSubscription, Commands.creation)
            try await eventually("it applies") { gate.waiting == 1 }
            try await line.send("create", .createSubscription, Commands.creation)
            try await eventually("both are in flight") { line.counts.deliveries == 2 && line.ledger.claims.count == 2 }
            #expect(line.counts.inFlight == 2)
            gate.open()
            try await line.idle()
            #expect(line.count(.joined) == 1)
            try await eventually("it is counted") { line.count(.outcome) == 1 }
            #expect(line.outcomes(of: "create").count == 1)
            #expect(await line.effects(on: "SUB-1").count == 1)
        }
    }

    @Test func `A duplicate of a parked command is acknowledged, and it happens once`() async throws {
        try await withLine { line in
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await line.waits("renew", as: .premature)
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await eventually("both are parked") { line.count(.parked) == 2 }
            try await line.create()
            try await line.outcome(of: "renew")
            try await line.idle()
            #expect(line.outcomes(of: "renew").count == 1)
            #expect(await line.effects(on: "SUB-1").count == 2)
        }
    }

    @Test func `Invariant 7: the same identity with other content is a dead letter, and changes nothing`() async throws
    {
        try await withLine { line in
            try await line.create()
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await line.outcome(of: "renew")
            try await line.send("renew", .renewSubscription, ["term": ["months": 24]])
            let letter = try await line.deadLetter()
            #expect(letter.properties.headers.text("dead-letter-reason") == "identity-conflict")
            try await eventually("both outcomes") { line.outcomes(of: "renew").count == 2 }
            let events = line.outcomes(of: "renew")
            #expect(events.map(\.outcome) == ["succeeded", "dead-lettered"])
            #expect(events[1].reason == "identity-conflict")
            #expect(events[0].id != events[1].id)
            #expect(await line.effects(on: "SUB-1").count == 2)
        }
    }

    @Test func `The order of members and the mode don't make a command another one`() async throws {
        try await withLine { line in
            try await line.create()
            let data: JSON = ["subscriptionId": "SUB-1", "term": ["months": 12]]
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await line.outcome(of: "renew")
            let headers: FieldTable = [
                "cloudEvents:specversion": "1.0", "cloudEvents:id": "renew", "cloudEvents:source": "/shop",
                "cloudEvents:type": "orders.renew-subscription.v1",
            ]
            let properties = Properties(contentType: "application/json", headers: headers)
            let reversed = JSON.object(JSON.Object((data.object?.members ?? []).reversed()))
            try await line.send(reversed.compactBytes, to: "renew-subscription", properties)
            try await eventually("it is replayed") { line.count(.replayed) == 1 }
            #expect(line.deadLetters.isEmpty)
        }
    }
}
