import AMQP
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import OrderFulfilment

/// Views, syncs and dry runs: no claim, no lane, no wait.
@Suite struct ReadTests {
    @Test func `A dry run tells changes and calls, writes nothing and makes no claim`() async throws {
        try await withLine { line in
            try await line.create()
            let writes = await line.gateway.calls[.apply]
            try await line.send("try", .renewSubscription, Commands.renewal, isDryRun: true)
            let outcome = try await line.outcome(of: "try")
            #expect(outcome.outcome == "previewed")
            #expect(outcome.routingKey == "renew-subscription.previewed")
            #expect(outcome.data["changes"]?.elements?.isEmpty == false)
            #expect(outcome.data["calls"]?.elements?.count == 1)
            // It would be the one of before, with the old end.
            #expect(outcome.data["entitlement"] == nil)
            try await line.send("never", .convertTrial, Commands.conversion, isDryRun: true)
            #expect(try await line.outcome(of: "never").code == "not-a-trial")
            try await line.send("absent", .renewSubscription, of: "SUB-9", Commands.renewal, isDryRun: true)
            #expect(try await line.outcome(of: "absent").code == "subscription-not-found")
            #expect(await line.gateway.calls[.apply] == writes)
            #expect(try await line.ledger.statistics().claimed == 1)
        }
    }

    @Test func `A dry run doesn't wait behind the head of the lane`() async throws {
        try await withLine { line in
            try await line.create()
            let gate = Gate()
            await line.gateway.beforeApply { _ in await gate.pass() }
            try await line.send("head", .renewSubscription, Commands.renewal)
            try await eventually("the head is in hand") { gate.waiting == 1 }
            try await line.send("try", .renewSubscription, Commands.renewal, isDryRun: true)
            #expect(try await line.outcome(of: "try").outcome == "previewed")
            gate.open()
            try await line.outcome(of: "head")
        }
    }

    @Test func `An answer goes to reply_to, and to the events when that queue is gone`() async throws {
        try await withLine { line in
            try await line.create()
            try line.broker.declare(Topology(queues: [.init("mine", arguments: [:])]))
            try await line.send("view", .viewEntitlement, replyTo: "mine")
            try await eventually("the answer") { line.broker.depth(of: "mine") == 1 }
            #expect(line.broker.messages(in: "mine").map(TestOutcome.init).first?.outcome == "succeeded")
            #expect(line.outcomes(of: "view").isEmpty)
            try await line.send("gone", .viewEntitlement, replyTo: "not-there")
            #expect(try await line.outcome(of: "gone").outcome == "succeeded")
            try await line.send("greedy", .viewEntitlement, replyTo: "orders.create-subscription")
            #expect(try await line.outcome(of: "greedy").reason == "schema-violation")
        }
    }

    @Test func `A view of nothing is rejected`() async throws {
        try await withLine { line in
            try await line.send("view", .viewEntitlement)
            #expect(try await line.outcome(of: "view").code == "entitlement-not-found")
        }
    }

    @Test func `A dead letter of a read or a dry run goes to the events, and never to reply_to`() async throws {
        try await withLine { line in
            try line.broker.declare(Topology(queues: [.init("mine", arguments: [:])]))
            try await line.send("view", .viewEntitlement, ["colour": "red"], replyTo: "mine")
            #expect(try await line.outcome(of: "view").reason == "schema-violation")
            try await line.send("try", .renewSubscription, ["colour": "red"], isDryRun: true, replyTo: "mine")
            #expect(try await line.outcome(of: "try").reason == "schema-violation")
            #expect(line.broker.depth(of: "mine") == 0)
        }
    }

    @Test func `A read that is a dry run too is answered as a read`() async throws {
        try await withLine { line in
            try await line.send("view", .viewEntitlement, isDryRun: true)
            let refused = try await line.outcome(of: "view")
            #expect(refused.routingKey == "view-entitlement.rejected" && refused.code == "entitlement-not-found")
            try await line.create()
            try await line.send("again", .viewEntitlement, isDryRun: true)
            #expect(try await line.outcome(of: "again").routingKey == "view-entitlement.succeeded")
        }
    }

    @Test func `A sync tells each entitlement, then their number, and reads again when it comes again`() async throws {
        try await withLine { line in
            for number in 1...3 { try await line.create("SUB-\(number)") }
            try await line.send("end", .cancelSubscription, of: "SUB-3", Commands.cancellation)
            try await line.outcome(of: "end")
            try await line.send("sync", .syncEntitlements, ["filter": ["states": ["active"]]])
            try await eventually("the sync is through") { line.outcomes(of: "sync").count == 3 }
            let events = line.outcomes(of: "sync")
            #expect(events.map(\.outcome) == ["entitlement", "entitlement", "succeeded"])
            #expect(events.last?.data["count"] == 2)
            #expect(events.last?.data["modifiedSince"] == "2026-06-15")
            #expect(Set(events.map(\.id)).count == 3)
            try await line.send("sync", .syncEntitlements, ["filter": ["states": ["active"]]])
            try await eventually("it is read again") { line.outcomes(of: "sync").count == 6 }
            #expect(try await line.ledger.statistics().claimed == 4)
        }
    }
}
