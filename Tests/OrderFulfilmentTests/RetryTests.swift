import AMQP
import Foundation
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import OrderFulfilment

/// What happens to a command when EMS doesn't do what it is asked.
@Suite struct RetryTests {
    static func down(_ times: Int, retryAfter: Double? = nil) -> [FakeEntitlementGateway.Trouble] {
        Array(repeating: .transient("down", retryAfter: retryAfter), count: times)
    }

    @Test func `A short failure is got over within the process`() async throws {
        try await withLine { line in
            await line.gateway.trouble(.entitlement, with: .transient("down", retryAfter: nil))
            await line.gateway.trouble(
                .apply,
                with: .transient("down", retryAfter: nil),
                .transient("down", retryAfter: nil)
            )
            try await line.create()
            // The event is there before its delivery is counted.
            try await eventually("it is counted") { line.count(.outcome) == 1 }
            #expect(line.count(.parked) == 0)
            #expect(await line.gateway.calls[.apply] == 3)
        }
    }

    @Test func `A longer failure is parked until it is due, and goes on with its decision`() async throws {
        try await withLine(LineSetup(retry: RetrySchedule(inProcess: [], parked: [10, 10]))) { line in
            try await line.create()
            await line.gateway.trouble(.apply, with: .transient("no route to host", retryAfter: nil))
            let before = line.setup.time.now
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await line.waits("renew", as: .retrying)
            let record = try #require(try await line.ledger.orders(withID: "renew").first)
            #expect(record.attempts == 1)
            #expect(record.detail == "no route to host")
            #expect(record.decision != nil)
            let due = try #require(record.due)
            #expect(due.timeIntervalSince(before) >= 10)
            let reads = await line.gateway.calls[.entitlement]
            #expect(try await line.outcome(of: "renew").outcome == "succeeded")
            #expect(line.setup.time.now >= due)
            #expect(await line.gateway.calls[.entitlement] == reads, "invariant 2: decided once")
            #expect(line.count(.parked) == 1)
        }
    }

    @Test func `A Retry-After longer than the step counts`() async throws {
        try await withLine(LineSetup(retry: RetrySchedule(inProcess: [0.1], parked: [1]))) { line in
            await line.gateway.trouble(.entitlement, with: .transient("429", retryAfter: 15))
            let before = line.setup.time.now
            try await line.send("create", .createSubscription, Commands.creation)
            try await line.waits("create", as: .retrying)
            let due = try #require(try await line.ledger.orders(withID: "create").first?.due)
            #expect(due.timeIntervalSince(before) >= 15)
            #expect(await line.gateway.calls[.entitlement] == 1)
            try await line.outcome(of: "create")
        }
    }

    @Test func `After the last attempt it is a dead letter, and the lane is free`() async throws {
        try await withLine(LineSetup(retry: RetrySchedule(inProcess: [], parked: [1, 1]))) { line in
            try await line.create()
            let gateway = line.gateway
            for trouble in Self.down(3) { await gateway.trouble(.apply, with: trouble) }
            try await line.send("renew", .renewSubscription, Commands.renewal)
            let outcome = try await line.outcome(of: "renew")
            #expect(outcome.reason == "attempts-exhausted")
            #expect(outcome.data["deadLetter"]?["attempts"] == 3)
            let letter = try await line.deadLetter()
            #expect(letter.properties.headers.text("dead-letter-attempts") == "3")
            #expect(letter.properties.headers.text("dead-letter-stage") == "apply")
            #expect(letter.properties.headers.text("dead-letter-queue") == "orders.renew-subscription")
            try await line.send("cancel", .cancelSubscription, Commands.cancellation)
            #expect(try await line.outcome(of: "cancel").outcome == "succeeded")
        }
    }

    @Test func `A read that fails too often is a dead letter`() async throws {
        try await withLine(LineSetup(retry: RetrySchedule(inProcess: [0.1], parked: [1]))) { line in
            for trouble in Self.down(2) { await line.gateway.trouble(.entitlement, with: trouble) }
            try await line.send("view", .viewEntitlement)
            #expect(try await line.outcome(of: "view").reason == "attempts-exhausted")
        }
    }

    @Test func `Invariant 3: a write without an answer is found done, and not made again`() async throws {
        try await withLine { line in
            await line.gateway.trouble(.apply, with: .lostAnswer)
            try await line.create()
            #expect(await line.gateway.held(GatewaySamples.id("SUB-1"))?.lineItems.count == 1)
            try await eventually("it is counted") { line.count(.outcome) == 1 }
        }
    }

    @Test func `Invariant 3: a write that may still land is waited for, without an attempt`() async throws {
        try await withLine { line in
            let until = line.setup.time.now.addingTimeInterval(80)
            await line.gateway.trouble(.apply, with: .late(until: until))
            try await line.send("create", .createSubscription, Commands.creation)
            try await line.waits("create", as: .retrying)
            let record = try #require(try await line.ledger.orders(withID: "create").first)
            #expect(record.attempts == 0)
            #expect(record.due == until)
            await line.gateway.landLateWrites()
            #expect(try await line.outcome(of: "create").outcome == "succeeded")
            #expect(line.setup.time.now >= until)
            #expect(await line.gateway.held(GatewaySamples.id("SUB-1"))?.lineItems.count == 1)
        }
    }

    @Test func `The breaker opens when EMS fails for everyone, costs no attempt, and closes`() async throws {
        try await withLine(LineSetup(retry: RetrySchedule(inProcess: [], parked: [30]))) { line in
            let gateway = line.gateway
            for trouble in Self.down(40) { await gateway.trouble(.entitlement, with: trouble) }
            for number in 1...30 {
                try await line.send("c\(number)", .createSubscription, of: "SUB-\(number)", Commands.creation)
            }
            try await eventually("the breaker opens") { await line.consumer.readiness().isEMSFailing }
            #expect(await line.consumer.readiness().isReady, "a failing EMS doesn't make the worker unready")
            await gateway.clearTroubles()
            try await line.idle(within: .seconds(20))
            #expect(line.outcomes.count { $0.outcome == "succeeded" } == 30)
            #expect(line.deadLetters.isEmpty)
            #expect(await !line.consumer.readiness().isEMSFailing)
        }
    }
}
