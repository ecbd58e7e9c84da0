import AMQP
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import OrderFulfilment

/// Ledger, broker or worker go away in the middle.
@Suite struct OutageTests {
    @Test func `A ledger that is down holds everything, loses nothing, and makes the worker unready`() async throws {
        try await withLine { line in
            try await line.create()
            line.ledger.setDown(true)
            for number in 1...20 {
                try await line.send("c\(number)", .createSubscription, of: "SUB-c\(number)", Commands.creation)
            }
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await eventually("all are held") { line.counts.inFlight == 21 }
            #expect(await line.consumer.readiness().ledgerTrouble?.contains("down for the test") == true)
            #expect(line.outcomes.count == 1)
            line.ledger.setDown(false)
            try await line.idle()
            #expect(line.outcomes.count { $0.outcome == "succeeded" } == 22)
        }
    }

    @Test func `A ledger that can be read but not written holds everything too, and makes the worker unready`()
        async throws
    {
        try await withLine { line in
            try await line.create()
            line.ledger.setReadOnly(true)
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await eventually("it is held") { line.counts.inFlight == 1 }
            #expect(await line.consumer.readiness().ledgerTrouble?.contains("read-only") == true)
            line.ledger.setReadOnly(false)
            try await line.idle()
            #expect(await line.consumer.readiness().isReady)
            #expect(line.outcomes.count == 2)
        }
    }

    @Test(arguments: [TroubledLedger.Call.claim, .record, .intend, .complete, .announced])
    func `Invariant 6: a ledger that fails once anywhere costs neither the effect nor the outcome`(
        call: TroubledLedger.Call
    ) async throws {
        try await withLine { line in
            line.ledger.fail(call, with: .unavailable("once"), .unavailable("twice"))
            try await line.create()
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await line.outcome(of: "renew")
            try await line.idle()
            #expect(Set(line.outcomes.map(\.message.body)).count == 2)
            let held = await line.gateway.held(GatewaySamples.id("SUB-1"))
            #expect(held?.term.end == GatewaySamples.day("2027-12-31"))
            #expect(held?.lineItems.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: [TroubledLedger.Call.record, .intend, .complete, .park])
    func `A claim that somebody else has taken over is asked for again`(call: TroubledLedger.Call) async throws {
        try await withLine { line in
            line.ledger.fail(call, with: .staleClaim)
            if call == .park { await line.gateway.trouble(.apply, with: .late(until: line.setup.time.now)) }
            try await line.send("create", .createSubscription, Commands.creation)
            try await eventually("it is asked for again") { line.ledger.claims.count > 1 }
            // The other owner is gone: what it left is due at once, unless the line has let go of it meanwhile.
            if let claim = await line.ledger.inner.claimInHand(of: "create") { try? await line.ledger.release(claim) }
            await line.gateway.landLateWrites()
            #expect(try await line.outcome(of: "create").outcome == "succeeded")
            try await line.idle()
        }
    }

    @Test func `Invariant 1: refused events lie in the outbox, the command is acknowledged, and a relay goes on`()
        async throws
    {
        try await withLine(LineSetup(confirmTimeout: 4)) { line in
            line.publisher.refuse(line.topology.events, with: .refused)
            try await line.send("create", .createSubscription, Commands.creation)
            try await eventually("it is acknowledged") {
                line.count(.outcome) == 1 && line.source.status.unsettled == 0
            }
            #expect(line.outcomes.isEmpty)
            #expect(try await line.ledger.statistics().unannounced == 1)
            line.publisher.refuse(line.topology.events, with: nil)
            try await line.outcome(of: "create")
            try await eventually("it is noted") { try await line.ledger.statistics().unannounced == 0 }
            #expect(line.outcomes.count == 1)
        }
    }

    @Test func `Invariant 1: a refused dead letter is held until the broker takes it`() async throws {
        try await withLine { line in
            line.publisher.refuse(line.topology.deadLetters, with: .refused)
            try await line.send(Array("poison".utf8), to: "create-subscription")
            try await line.create()
            try await eventually("time passes") { line.setup.time.uptime > 40 }
            #expect(line.counts.inFlight == 1)
            #expect(line.source.status.unsettled == 1)
            line.publisher.refuse(line.topology.deadLetters, with: nil)
            _ = try await line.deadLetter()
            try await line.idle()
            #expect(line.deadLetters.count == 1)
        }
    }

    @Test func `Invariant 1: a dead letter that nobody takes doesn't keep the relay from others`() async throws {
        try await withLine(LineSetup(retry: RetrySchedule(inProcess: [], parked: []), confirmTimeout: 2)) { line in
            line.publisher.refuse(line.topology.deadLetters, with: .refused)
            line.publisher.refuse(line.topology.events, with: .refused)
            await line.gateway.trouble(.entitlement, with: .transient("down", retryAfter: nil))
            try await line.send("dead", .createSubscription, of: "SUB-1", Commands.creation)
            try await line.waits("dead", as: .ended)
            try await line.send("create", .createSubscription, of: "SUB-2", Commands.creation)
            try await eventually("it is acknowledged") { line.count(.outcome) == 1 }
            // Long enough for the relay to have come to the letter.
            let start = line.setup.time.uptime
            try await eventually("the relay looks") { line.setup.time.uptime > start + 12 }
            line.publisher.refuse(line.topology.events, with: nil)
            #expect(try await line.outcome(of: "create").outcome == "succeeded")
            #expect(line.deadLetters.isEmpty)
            line.publisher.refuse(line.topology.deadLetters, with: nil)
            try await line.outcome(of: "dead")
            try await line.idle()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `A worker that is cancelled ends, even with a message that it can't let go of`() async throws {
        let line = try LineUnderTest(LineSetup())
        line.publisher.refuse(line.topology.deadLetters, with: .refused)
        let running = Task { await line.consumer.run() }
        try await line.send(Array("poison".utf8), to: "create-subscription")
        try await eventually("it is held") { line.counts.inFlight == 1 }
        running.cancel()
        try await eventually("it ends") { line.counts.inFlight == 0 && line.source.status.trouble == "closed" }
        #expect(line.count(.givenBack) == 1)
        #expect(line.broker.depth(of: line.topology.queue(.createSubscription)) == 1)
    }

    @Test func `A shutdown while events are refused ends, and the next worker announces`() async throws {
        // Long enough that the relay doesn't take the event over before the shutdown.
        let setup = LineSetup(confirmTimeout: 600, broker: InMemoryBroker())
        let ledger = TroubledLedger(predecessorWait: 600)
        var shared = setup
        shared.ledger = ledger
        shared.gateway = FakeEntitlementGateway(now: { setup.time.now })
        try await withLine(shared) { line in
            line.publisher.refuse(line.topology.events, with: .refused)
            try await line.send("create", .createSubscription, Commands.creation)
            try await eventually("it has ended") { try await line.state(of: "create") == .ended }
        }
        try await withLine(shared) { line in
            #expect(try await line.outcome(of: "create").outcome == "succeeded")
            try await line.idle()
            #expect(line.count(.replayed) == 1)
            #expect(await line.effects(on: "SUB-1").count == 1)
        }
    }

    @Test func `Invariant 9: a connection cut in the middle costs neither the effect nor the outcome`() async throws {
        try await withLine { line in
            let gate = Gate()
            await line.gateway.beforeApply { _ in await gate.pass() }
            for number in 1...20 {
                try await line.send("c\(number)", .createSubscription, of: "SUB-\(number)", Commands.creation)
            }
            try await eventually("all apply") { gate.waiting == 20 }
            line.broker.cutConnections()
            try await eventually("all come again") { line.counts.deliveries == 40 && line.ledger.claims.count == 40 }
            gate.open()
            try await line.idle()
            #expect(line.count(.abandoned) == 20)
            #expect(line.count(.joined) == 20)
            #expect(line.outcomes.count == 20)
            #expect(await line.gateway.calls[.apply] == 20)
        }
    }

    @Test func `A shutdown gives back what wasn't begun and finishes what was`() async throws {
        let gate = Gate()
        let broker = InMemoryBroker()
        let setup = LineSetup(prefetch: 10, broker: broker)
        let gateway = FakeEntitlementGateway(now: { setup.time.now })
        await gateway.beforeApply { _ in await gate.pass() }
        var first = setup
        first.gateway = gateway
        let ledger = TroubledLedger(predecessorWait: 600)
        first.ledger = ledger
        let topology = OrderTopology()
        try await withLine(first) { line in
            for number in 1...25 {
                try await line.send("c\(number)", .createSubscription, of: "SUB-\(number)", Commands.creation)
            }
            try await eventually("ten apply") { gate.waiting == 10 }
            // The shutdown begins behind this line; the gate opens once nothing is consumed any more.
            Task {
                try await eventually("it drains") { await line.consumer.readiness().isDraining }
                try await eventually("consuming ends") { line.source.status.consuming.isEmpty }
                gate.open()
            }
        }
        #expect(broker.depth(of: topology.queue(.createSubscription)) == 15)
        #expect(try await ledger.statistics().ended == 10)
        var second = setup
        second.gateway = gateway
        second.ledger = ledger
        try await withLine(second) { line in
            try await line.idle()
            #expect(line.outcomes.count == 25)
            #expect(Set(line.outcomes.map(\.id)).count == 25)
            try await eventually("it is counted") { line.count(.outcome) == 15 }
        }
    }

    @Test func `Patience is given back while the worker isn't ready`() async throws {
        try await withLine(LineSetup(predecessorWait: 30)) { line in
            line.publisher.block("memory alarm")
            let start = line.setup.time.uptime
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await line.waits("renew", as: .premature)
            try await eventually("more than its patience passes") { line.setup.time.uptime > start + 50 }
            #expect(try await line.state(of: "renew") == .premature)
            try await eventually("half of that is given back") { line.ledger.extended > 15 }
            #expect(await line.consumer.readiness().troubles == ["publishing: memory alarm"])
            line.publisher.block(nil)
            #expect(try await line.outcome(of: "renew").code == "subscription-not-found")
        }
    }
}
