import AMQP
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import OrderFulfilment

/// Nothing is lost on the way, and nothing is counted twice; every other test of the line checks that at its end.
@Suite struct ConservationTests {
    @Test func `Invariant 8: every delivery meets one fate, whichever, and what met none is in flight`() async throws {
        let setup = LineSetup(retry: RetrySchedule(inProcess: [], parked: []))
        try await withLine(setup) { line in
            // An outcome, a replay of it, a dead letter, a command that waits.
            try await line.create()
            try await line.send("create-SUB-1", .createSubscription, Commands.creation)
            try await line.send(Array("no json".utf8), to: "create-subscription")
            try await line.send("early", .renewSubscription, of: "SUB-2", Commands.renewal)
            try await eventually("four are settled") { line.counts.inFlight == 0 && line.counts.deliveries == 4 }
            // One in hand, one that joins it; the connection breaks, and both come again.
            let gate = Gate()
            await line.gateway.beforeApply { _ in await gate.pass() }
            for _ in 1...2 { try await line.send("create", .createSubscription, of: "SUB-2", Commands.creation) }
            try await eventually("both are in flight") { gate.waiting == 1 && line.ledger.claims.count == 5 }
            #expect(line.counts.inFlight == 2 && line.source.status.unsettled == 2)
            line.broker.cutConnections()
            try await eventually("both come again") { line.counts.deliveries == 8 && line.ledger.claims.count == 7 }
            #expect(try await line.ledger.statistics().open[.inHand] == 1)
            gate.open()
            try await line.idle()
            #expect(
                line.counts.fates == [
                    .outcome: 1, .replayed: 1, .deadLettered: 1, .parked: 1, .joined: 2, .abandoned: 2,
                ]
            )
            #expect(line.counts.deliveries == 8)
            #expect(line.counts.woken == 1)
        }
    }

    @Test func `Invariant 8: what is given back is counted, and comes again`() async throws {
        let broker = InMemoryBroker()
        let gate = Gate()
        var setup = LineSetup(prefetch: 2, broker: broker)
        setup.ledger = TroubledLedger(predecessorWait: 600)
        let time = setup.time
        let gateway = FakeEntitlementGateway(now: { time.now })
        await gateway.beforeApply { _ in await gate.pass() }
        setup.gateway = gateway
        try await withLine(setup) { line in
            try await OperatorTests.pause(.renewSubscription, line)
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await line.send("create", .createSubscription, Commands.creation)
            try await eventually("one is held, one applies") {
                await line.consumer.readiness().heldByPause == 1 && gate.waiting == 1
            }
            #expect(line.counts.inFlight == 2)
            Task {
                try await eventually("it drains") { await line.consumer.readiness().isDraining }
                try await eventually("one is settled") { line.counts.inFlight == 1 }
                #expect(line.counts.fates == [.givenBack: 1])
                gate.open()
            }
        }
        #expect(broker.depth(of: OrderTopology().queue(.renewSubscription)) == 1)
        #expect(broker.depth(of: OrderTopology().queue(.createSubscription)) == 0)
    }
}
