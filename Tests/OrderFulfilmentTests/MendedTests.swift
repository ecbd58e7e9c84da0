import AMQP
import Foundation
import Logging
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import OrderFulfilment

/// Cases in which the line once did the wrong thing.
@Suite struct MendedTests {
    static func down(_ times: Int) -> [FakeEntitlementGateway.Trouble] {
        Array(repeating: .transient("down", retryAfter: nil), count: times)
    }

    @Test func `A sync that probes lets the others go on with its first page, not with its last`() async throws {
        try await withLine(LineSetup(retry: RetrySchedule(inProcess: [], parked: [3000]), confirmTimeout: 6000)) {
            line in
            try await line.create()
            for trouble in Self.down(4) { await line.gateway.trouble(.entitlement, with: trouble) }
            await line.gateway.trouble(.search, with: .transient("down", retryAfter: nil))
            for number in 1...4 {
                try await line.send("c\(number)", .createSubscription, of: "SUB-c\(number)", Commands.creation)
            }
            try await eventually("four have failed") { line.count(.parked) == 4 }
            // Its pages are not taken, so that the sync is not through.
            line.publisher.refuse(line.topology.events, with: .refused)
            try await line.send("sync", .syncEntitlements)
            try await eventually("it has failed, and probed") { await line.gateway.calls[.search] == 2 }
            try await eventually("the others go on") { await !line.consumer.readiness().isEMSFailing }
            #expect(line.counts.inFlight == 1)
            line.publisher.refuse(line.topology.events, with: nil)
            try await eventually("it is through") { line.outcomes(of: "sync").last?.outcome == "succeeded" }
        }
    }

    @Test func `A sync that our own broker doesn't take is begun again, and is no failure of EMS`() async throws {
        try await withLine(LineSetup(retry: RetrySchedule(inProcess: [], parked: []), confirmTimeout: 2)) { line in
            try await line.create()
            line.publisher.refuse(line.topology.events, with: .refused)
            try await line.send("sync", .syncEntitlements)
            try await eventually("it is begun again") { await (line.gateway.calls[.search] ?? 0) >= 3 }
            #expect(await !line.consumer.readiness().isEMSFailing)
            #expect(line.deadLetters.isEmpty)
            line.publisher.refuse(line.topology.events, with: nil)
            try await eventually("it is through") { line.outcomes(of: "sync").last?.outcome == "succeeded" }
            #expect(line.deadLetters.isEmpty)
        }
    }

    @Test func `Writes that are never answered open the breaker`() async throws {
        try await withLine { line in
            for number in 1...5 { try await line.create("SUB-\(number)") }
            let until = line.setup.time.now.addingTimeInterval(100)
            for _ in 1...5 { await line.gateway.trouble(.apply, with: .late(until: until)) }
            // All have looked up before the first writes: an answer to one would speak for EMS.
            let gate = Gate()
            await line.gateway.beforeApply { _ in await gate.pass() }
            for number in 1...5 {
                try await line.send("r\(number)", .renewSubscription, of: "SUB-\(number)", Commands.renewal)
            }
            try await eventually("all are about to write") { gate.waiting == 5 }
            gate.open()
            try await eventually("it is open") { await line.consumer.readiness().isEMSFailing }
            await line.gateway.landLateWrites()
            try await line.idle()
            #expect((1...5).allSatisfy { line.outcomes(of: "r\($0)").first?.outcome == "succeeded" })
        }
    }

    @Test func `Invariant 1: an outage longer than a delivery may be held parks it, and costs no attempt`() async throws
    {
        // One attempt may fail before the breaker opens, and one after it has closed. At this speed five seconds are over
        // before a busy machine has let all of them fail once, so the next attempt comes later.
        let setup = LineSetup(retry: RetrySchedule(inProcess: [], parked: [200, 200]), time: FastTime(speed: 400))
        try await withLine(setup) { line in
            for trouble in Self.down(5000) { await line.gateway.trouble(.entitlement, with: trouble) }
            for number in 1...10 {
                try await line.send("c\(number)", .createSubscription, of: "SUB-\(number)", Commands.creation)
            }
            try await eventually("nothing is held") {
                line.counts.deliveries >= 10 && line.source.status.unsettled == 0 && line.counts.inFlight == 0
            }
            let waiting = try await line.ledger.orders(matching: OrderFilter())
            #expect(waiting.count == 10)
            #expect(waiting.allSatisfy { $0.state != .ended })
            #expect(waiting.count { $0.detail?.contains("fails for everyone") == true || $0.state == .inHand } >= 5)
            #expect(waiting.allSatisfy { $0.attempts <= 1 })
            await line.gateway.clearTroubles()
            try await line.idle()
            #expect(line.outcomes.map(\.summary).sorted() == (1...10).map { "c\($0) succeeded " }.sorted())
        }
    }

    @Test func `The relay publishes side by side: one that isn't confirmed holds up none of the others`() async throws {
        let ledger = InMemoryLedger(predecessorWait: 30)
        for number in 1...5 {
            let request = try LedgerScene.request("\(number)", of: "SUB-\(number)")
            guard case .granted(let grant) = try await ledger.claim(request) else { continue }
            try await ledger.complete(LedgerScene.ending(grant.claim, version: 1, at: 1), under: grant.claim)
        }
        let gate = Gate()
        let consumer = OrderConsumer.still(StillSource(), StillPublisher(gate: gate), ledger)
        let relay = Task { await OutboxRelay(line: consumer.line).run() }
        try await eventually("all are on their way at once") { gate.waiting == 5 }
        gate.open()
        try await eventually("all are announced") { try await ledger.statistics().unannounced == 0 }
        consumer.line.drain.begin()
        await relay.value
    }

    @Test func `Outcomes that are refused for ever keep none of the others from being published`() async throws {
        let ledger = InMemoryLedger(predecessorWait: 30)
        for number in 1...350 {
            let request = try LedgerScene.request("\(number)", of: "SUB-\(number)")
            guard case .granted(let grant) = try await ledger.claim(request) else { continue }
            // The oldest hundreds are for a queue that is full for ever, and some between the others.
            let key: RoutingKey = number <= 250 || number.isMultiple(of: 7) ? "x.rejected" : "x.succeeded"
            var ending = LedgerScene.ending(grant.claim, version: 1, at: 1)
            for index in ending.publishings.indices { ending.publishings[index].routingKey = key }
            try await ledger.complete(ending, under: grant.claim)
        }
        let publisher = StillPublisher(refused: "x.rejected")
        let consumer = OrderConsumer.still(StillSource(), publisher, ledger)
        let relay = Task { await OutboxRelay(line: consumer.line).run() }
        let refused = 250 + (251...350).count { $0.isMultiple(of: 7) }
        try await eventually("all the others are announced") {
            try await ledger.statistics().unannounced == refused
        }
        consumer.line.drain.begin()
        await relay.value
    }

    @Test func `Who waits for another order's customer is parked without an attempt, and EMS isn't blamed`()
        async throws
    {
        try await withLine(LineSetup(retry: RetrySchedule(inProcess: [], parked: []))) { line in
            for number in 1...8 {
                await line.gateway.trouble(applying: "SUB-\(number)", with: .busy(seconds: 20))
                let before = line.setup.time.now
                try await line.send("c\(number)", .createSubscription, of: "SUB-\(number)", Commands.creation)
                try await eventually("it is parked") { line.count(.parked) == number }
                let record = try #require(try await line.ledger.orders(withID: "c\(number)").first)
                #expect(record.attempts == 0)
                #expect(record.state != .retrying || record.due.map { $0.timeIntervalSince(before) >= 20 } == true)
            }
            #expect(await !line.consumer.readiness().isEMSFailing)
            try await line.idle()
            #expect(line.outcomes.count { $0.outcome == "succeeded" } == 8)
            #expect(line.deadLetters.isEmpty)
        }
    }

    @Test func `A woken command that the ledger doesn't end goes back to the ledger, not into a loop`() async throws {
        try await withLine { line in
            // Far enough away that it is seen waiting on a busy machine too.
            let until = line.setup.time.now.addingTimeInterval(100)
            await line.gateway.trouble(.apply, with: .late(until: until))
            try await line.send("create", .createSubscription, Commands.creation)
            try await line.waits("create", as: .retrying)
            await line.gateway.landLateWrites()
            line.ledger.fail(.complete, with: .unavailable("once"), .unavailable("twice"))
            #expect(try await line.outcome(of: "create").outcome == "succeeded")
            try await line.idle()
            #expect(line.counts.woken >= 3, "it was let go of, and woken again")
            #expect(line.outcomes.count == 1)
            #expect(line.count(.parked) == 1)
        }
    }

    @Test func `A rejection after a crash shows the entitlement as it is now`() async throws {
        try await withLine(LineSetup(retry: RetrySchedule(inProcess: [], parked: [20]))) { line in
            try await line.create()
            let refusal = EMSRefusal(status: 409, errorCode: nil, description: "no")
            await line.gateway.trouble(.apply, with: .transient("down", retryAfter: nil), .refused(refusal))
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await line.waits("renew", as: .retrying)
            var held = try #require(await line.gateway.held(GatewaySamples.id("SUB-1")))
            held.attributes["Seen"] = "now"
            await line.gateway.put(held)
            let outcome = try await line.outcome(of: "renew")
            #expect(outcome.code == "ems-refused")
            #expect(outcome.data["entitlement"]?["attributes"]?["Seen"] == "now")
        }
    }

    @Test(arguments: [(1.0, true, true), (20, true, false), (130, false, false)])
    func `Invariant 10: a loop that stands still for a while is not ready, for long not alive`(
        silence: Double,
        isAlive: Bool,
        isReady: Bool
    ) async throws {
        let status = ConsumerStatus(
            epoch: 1,
            consuming: Set(OrderTopology().consumedQueues),
            secondsSinceLastTurn: silence
        )
        let ledger = InMemoryLedger(predecessorWait: 30)
        let consumer = OrderConsumer.still(StillSource(status: status), StillPublisher(), ledger)
        #expect(consumer.isAlive == isAlive)
        #expect(await consumer.readiness().isReady == isReady)
    }
}
