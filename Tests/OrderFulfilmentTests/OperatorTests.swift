import AMQP
import Foundation
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import OrderFulfilment

/// Pauses and releases, down the line.
@Suite struct OperatorTests {
    static func pause(_ operation: OrderOperation, _ line: LineUnderTest) async throws {
        let pause = Pause(operation: operation, by: "ann", since: line.setup.time.now, reason: "a test")
        #expect(try await line.consumer.perform(.pause(pause)) == .paused)
    }

    @Test func `A paused operation is not begun, holds nobody back, and is no trouble`() async throws {
        try await withLine { line in
            try await line.create()
            try await Self.pause(.renewSubscription, line)
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await line.send("view", .viewEntitlement)
            #expect(try await line.outcome(of: "view").outcome == "succeeded")
            try await eventually("it waits") { await line.consumer.readiness().heldByPause == 1 }
            let readiness = await line.consumer.readiness()
            #expect(readiness.isReady && readiness.pauses.map(\.operation) == [.renewSubscription])
            #expect(line.counts.inFlight == 1)
            #expect(line.ledger.claims.map(\.id) == ["create-SUB-1"])
            #expect(try await line.consumer.perform(.resume(.renewSubscription)) == .resumed(wasPaused: true))
            #expect(try await line.outcome(of: "renew").outcome == "succeeded")
        }
    }

    @Test func `Invariant 1: what waits too long for a pause is kept in the ledger, in its order`() async throws {
        try await withLine(LineSetup(time: FastTime(speed: 400))) { line in
            try await line.create()
            try await Self.pause(.cancelSubscription, line)
            for (id, effective) in [("mark", "end-of-term"), ("withdraw", "withdraw"), ("end", "immediately")] {
                try await line.send(id, .cancelSubscription, ["effective": .string(effective)])
            }
            try await line.send("view", .viewEntitlement)
            try await line.outcome(of: "view")
            try await eventually("all are in the ledger") { line.count(.parked) == 3 }
            #expect(line.source.status.unsettled == 0)
            #expect(line.outcomes.count == 2)
            _ = try await line.consumer.perform(.resume(.cancelSubscription))
            try await line.idle()
            #expect(["mark", "withdraw", "end"].allSatisfy { line.outcomes(of: $0).first?.outcome == "succeeded" })
        }
    }

    @Test func `A paused read comes back to its queue, and is answered later`() async throws {
        try await withLine(LineSetup(time: FastTime(speed: 400))) { line in
            try await line.create()
            try await Self.pause(.viewEntitlement, line)
            try await line.send("view", .viewEntitlement)
            try await eventually("it was given back") { line.count(.givenBack) >= 1 }
            _ = try await line.consumer.perform(.resume(.viewEntitlement))
            #expect(try await line.outcome(of: "view").outcome == "succeeded")
        }
    }

    @Test func `A shutdown gives back what waits for a pause, and the pause outlives it`() async throws {
        let broker = InMemoryBroker()
        var setup = LineSetup(broker: broker)
        setup.ledger = TroubledLedger(predecessorWait: 600)
        let time = setup.time
        setup.gateway = FakeEntitlementGateway(now: { time.now })
        try await withLine(setup) { line in
            try await line.create()
            try await Self.pause(.renewSubscription, line)
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await eventually("it waits") { await line.consumer.readiness().heldByPause == 1 }
        }
        #expect(broker.depth(of: OrderTopology().queue(.renewSubscription)) == 1)
        try await withLine(setup) { line in
            try await eventually("it waits again") { await line.consumer.readiness().heldByPause == 1 }
            _ = try await line.consumer.perform(.resume(.renewSubscription))
            #expect(try await line.outcome(of: "renew").outcome == "succeeded")
        }
    }

    @Test func `Patience is not used up while something is paused`() async throws {
        try await withLine(LineSetup(predecessorWait: 20)) { line in
            try await Self.pause(.createSubscription, line)
            try await line.send("create", .createSubscription, Commands.creation)
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await line.waits("renew", as: .premature)
            let start = line.setup.time.uptime
            try await eventually("more than its patience passes") { line.setup.time.uptime > start + 60 }
            #expect(line.outcomes.isEmpty)
            _ = try await line.consumer.perform(.resume(.createSubscription))
            #expect(try await line.outcome(of: "renew").outcome == "succeeded")
        }
    }

    @Test func `A command that is released as applied ends with what EMS holds, as not-applied it writes again`()
        async throws
    {
        try await withLine { line in
            for name in ["SUB-1", "SUB-2"] {
                try await line.create(name)
                let until = line.setup.time.now.addingTimeInterval(100_000)
                await line.gateway.trouble(.apply, with: .late(until: until))
                try await line.send("renew \(name)", .renewSubscription, of: name, Commands.renewal)
                try await line.waits("renew \(name)", as: .retrying)
            }
            func release(_ id: String, _ resolution: Resolution) async throws -> OperatorAnswer {
                try await line.consumer.perform(.release(CommandIdentity(source: "/shop", id: id), as: resolution))
            }
            #expect(try await release("renew SUB-1", .applied) == .released(.released))
            let applied = try await line.outcome(of: "renew SUB-1")
            #expect(applied.outcome == "succeeded" && applied.version == 2)
            #expect(applied.data["entitlement"]?["term"]?["end"] == "2026-12-31", "what EMS holds")
            await line.gateway.landLateWrites()
            #expect(try await release("renew SUB-2", .notApplied) == .released(.released))
            #expect(try await line.outcome(of: "renew SUB-2").outcome == "succeeded")
            guard case .released(.refused) = try await release("renew SUB-2", .retryNow) else {
                Issue.record("it has ended")
                return
            }
        }
    }
}

/// What is paused, as several look at the same time.
@Suite struct PauseBoardTests {
    @Test func `A look that comes back late doesn't undo what a later one has seen`() {
        let board = PauseBoard()
        let pause = Pause(operation: .renewSubscription, by: "ops", since: LedgerScene.time(0), reason: nil)
        let (early, late) = (board.beginLook(), board.beginLook())
        var done: [String] = []
        #expect(board.update([pause], look: late) { done.append("late") } == [])
        #expect(board.update([], look: early) { done.append("early") } == nil)
        #expect(board.all == [pause])
        #expect(done == ["late"])
        #expect(board.update([], look: board.beginLook()) { done.append("next") } == [pause])
        #expect(board.all.isEmpty)
    }
}
