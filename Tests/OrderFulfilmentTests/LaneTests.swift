import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import OrderFulfilment

/// Order within a subscription, freedom between them (invariant 5).
@Suite struct LaneTests {
    @Test func `Invariant 5: a renewal before its creation waits, then succeeds`() async throws {
        try await withLine { line in
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await line.waits("renew", as: .premature)
            #expect(line.outcomes.isEmpty)
            try await line.create()
            let outcome = try await line.outcome(of: "renew")
            #expect(outcome.outcome == "succeeded")
            #expect(outcome.version == 2)
            try await line.idle()
            #expect(line.count(.parked) == 1)
        }
    }

    @Test func `Invariant 5: numbered commands in reverse order, several times, end as if in order`() async throws {
        try await withLine { line in
            for _ in 1...2 {
                for version in (1...9).reversed() {
                    try await line.send("r\(version)", .renewSubscription, Commands.renewal, expecting: version)
                }
            }
            try await line.send("c", .createSubscription, Commands.creation, expecting: 0)
            try await line.idle()
            let versions = (1...9).map { line.outcomes(of: "r\($0)").first?.version }
            #expect(versions == Array(2...10))
            #expect(line.outcomes.allSatisfy { $0.outcome == "succeeded" })
            #expect(await line.effects(on: "SUB-1").map(\.baseVersion) == Array(0...9))
        }
    }

    @Test func `A number that was passed is a version mismatch`() async throws {
        try await withLine { line in
            try await line.create()
            try await line.send("late", .renewSubscription, Commands.renewal, expecting: 0)
            #expect(try await line.outcome(of: "late").code == "version-mismatch")
        }
    }

    @Test func `A predecessor that doesn't come in time is a rejection`() async throws {
        try await withLine(LineSetup(predecessorWait: 4)) { line in
            try await line.send("numbered", .renewSubscription, Commands.renewal, expecting: 3)
            try await line.send("plain", .renewSubscription, of: "SUB-2", Commands.renewal)
            #expect(try await line.outcome(of: "numbered").code == "predecessor-timeout")
            #expect(try await line.outcome(of: "plain").code == "subscription-not-found")
            try await line.create("SUB-3")
            try await line.send("ahead", .renewSubscription, of: "SUB-3", Commands.renewal, expecting: 7)
            #expect(try await line.outcome(of: "ahead").code == "predecessor-timeout")
        }
    }

    @Test func `Invariant 5: commands stand behind a head that retries, others flow`() async throws {
        try await withLine(LineSetup(retry: RetrySchedule(inProcess: [], parked: [40]))) { line in
            try await line.create()
            await line.gateway.trouble(.apply, with: .transient("down", retryAfter: nil))
            try await line.send("head", .renewSubscription, Commands.renewal)
            try await line.waits("head", as: .retrying)
            try await line.send("second", .renewSubscription, Commands.renewal)
            try await line.waits("second", as: .behind)
            try await line.send("third", .cancelSubscription, Commands.cancellation)
            try await line.waits("third", as: .behind)
            try await line.create("SUB-2")
            #expect(line.outcomes(of: "head").isEmpty)
            try await line.idle()
            let order = line.outcomes.compactMap(\.commandID).filter { ["head", "second", "third"].contains($0) }
            #expect(Set(line.outcomes.map(\.outcome)) == ["succeeded"])
            let applied = await line.effects(on: "SUB-1").map(\.operation)
            #expect(
                applied == [
                    .createSubscription, .renewSubscription, .renewSubscription, .renewSubscription,
                    .cancelSubscription,
                ]
            )
            #expect(Set(order) == ["head", "second", "third"])
        }
    }

    @Test func `Invariant 5: a premature command holds nobody back`() async throws {
        try await withLine { line in
            try await line.create()
            try await line.send("future", .renewSubscription, Commands.renewal, expecting: 2)
            try await line.waits("future", as: .premature)
            try await line.send("now", .renewSubscription, Commands.renewal)
            #expect(try await line.outcome(of: "now").version == 2)
            #expect(try await line.outcome(of: "future").version == 3)
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `Invariant 5: what one queue delivers for a subscription happens in that order`() async throws {
        try await withLine { line in
            // A mark and its withdrawal: in the other order one of them would be refused.
            let names = (1...60).map { "SUB-\($0)" }
            for name in names { if let held = Held.entitlement(name, in: .active) { await line.gateway.put(held) } }
            for name in names {
                for number in 1...3 {
                    try await line.send(
                        "m\(number)-\(name)",
                        .cancelSubscription,
                        of: name,
                        ["effective": "end-of-term"]
                    )
                    try await line.send("w\(number)-\(name)", .cancelSubscription, of: name, ["effective": "withdraw"])
                }
            }
            try await line.idle(within: .seconds(30))
            try await eventually("every outcome is announced") { line.outcomes.count == 360 }
            #expect(line.outcomes.filter { $0.outcome != "succeeded" }.map(\.summary) == [])
            for name in names {
                let claims = line.ledger.claims.map(\.id).filter { $0.hasSuffix("-\(name)") }
                #expect(claims == ["m1", "w1", "m2", "w2", "m3", "w3"].map { "\($0)-\(name)" })
            }
        }
    }
}
