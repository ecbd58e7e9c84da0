import OrderMessages
import SubscriptionLifecycle
import Synchronization
import TestKit
import Testing

@testable import OrderFulfilment

/// A decision is made once in a round.
@Suite struct DecisionTests {
    @Test func `Invariant 2: the decision is durable before the first write to EMS`() async throws {
        try await withLine { line in
            let ledger = line.ledger
            let isRecorded = Mutex<[Bool]>([])
            await line.gateway.beforeApply { decision in
                let orders = try? await ledger.inner.orders(matching: OrderFilter(state: .inHand))
                isRecorded.withLock { $0.append(orders?.contains { $0.decision == decision } ?? false) }
            }
            try await line.create()
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await line.outcome(of: "renew")
            #expect(isRecorded.withLock { $0 } == [true, true])
        }
    }

    @Test func `Invariant 2: a redelivery goes on with the decision, and never decides on what it has changed`()
        async throws
    {
        try await withLine(LineSetup(retry: RetrySchedule(inProcess: [], parked: [1, 1]))) { line in
            try await line.create()
            // The renewal is in EMS: decided again, it would be a second one.
            await line.gateway.trouble(.apply, with: .lostAnswer)
            line.ledger.fail(.complete, with: .unavailable("once"))
            try await line.send("renew", .renewSubscription, Commands.renewal)
            #expect(try await line.outcome(of: "renew").version == 2)
            let held = await line.gateway.held(GatewaySamples.id("SUB-1"))
            #expect(held?.term.end == GatewaySamples.day("2027-12-31"))
            let decisions = await line.effects(on: "SUB-1").dropFirst()
            #expect(decisions.count == 3 && Set(decisions).count == 1)
        }
    }

    @Test func `Invariant 2: the version that a decision was made at stands until its command has ended`() async throws
    {
        try await withLine(LineSetup(retry: RetrySchedule(inProcess: [], parked: [5]))) { line in
            try await line.create()
            await line.gateway.trouble(.apply, with: .transient("down", retryAfter: nil))
            try await line.send("head", .renewSubscription, Commands.renewal)
            try await line.waits("head", as: .retrying)
            try await line.send("numbered", .renewSubscription, Commands.renewal, expecting: 1)
            try await line.waits("numbered", as: .behind)
            #expect(try await line.outcome(of: "head").version == 2)
            #expect(try await line.outcome(of: "numbered").code == "version-mismatch")
            #expect(await line.effects(on: "SUB-1").map(\.baseVersion) == [0, 1, 1])
        }
    }
}
