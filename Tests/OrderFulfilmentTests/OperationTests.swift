import AMQP
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import OrderFulfilment

/// Every operation down the whole line.
@Suite struct OperationTests {
    @Test func `Every operation succeeds, and the version counts the changes`() async throws {
        try await withLine { line in
            try await line.send("trial", .startTrial, Commands.trial)
            try await line.outcome(of: "trial")
            try await line.send("convert", .convertTrial, Commands.conversion)
            try await line.outcome(of: "convert")
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await line.outcome(of: "renew")
            try await line.send("upsell", .renewWithUpsell, Commands.upsell)
            try await line.outcome(of: "upsell")
            try await line.send("reduce", .renewWithReducedTier, Commands.reduction)
            try await line.outcome(of: "reduce")
            try await line.send("view", .viewEntitlement)
            try await line.outcome(of: "view")
            try await line.send("cancel", .cancelSubscription, Commands.cancellation)
            try await line.outcome(of: "cancel")
            try await line.send("sync", .syncEntitlements)
            try await line.outcome(of: "sync")
            try await line.create("SUB-2", id: "create")
            try await line.idle()
            #expect(line.outcomes.allSatisfy { ["succeeded", "entitlement"].contains($0.outcome) })
            let changes = ["trial", "convert", "renew", "upsell", "reduce", "cancel"]
            #expect(changes.map { line.outcomes(of: $0).first?.version } == [1, 2, 3, 4, 5, 6])
            try await eventually("it is counted") { line.count(.outcome) == 9 }
            #expect(line.deadLetters.isEmpty)
            let held = try #require(await line.gateway.held(GatewaySamples.id("SUB-1")))
            #expect(held.state == .closed)
            #expect(held.term.end == GatewaySamples.day("2030-06-14"))
            #expect(held.line(GatewaySamples.line("1"))?.quantity == 5)
            #expect(held.line(GatewaySamples.line("2"))?.quantity == 5)
        }
    }

    @Test(arguments: SubscriptionState.allCases)
    func `Illegal cells of the lifecycle table are rejected with their codes`(state: SubscriptionState) async throws {
        let operations = OrderOperation.allCases.filter { !$0.isRead }
        try await withLine(LineSetup(predecessorWait: 2)) { line in
            for operation in operations {
                let name = "SUB-\(operation.rawValue)"
                if let held = Held.entitlement(name, in: state) { await line.gateway.put(held) }
                try await line.send(operation.rawValue, operation, of: name, Commands.data(operation))
            }
            try await line.idle()
            for operation in operations {
                let outcome = try await line.outcome(of: operation.rawValue)
                guard let column = operation.column else { continue }
                let expected: String? =
                    switch TransitionTable.contract[state, column] {
                    case .rejects(let code): code.rawValue
                    // Past its end by more than the windows of 30 days.
                    case .leads(_, let guards):
                        guards.first {
                            (state == .lapsed && $0.condition == .withinRenewalGrace)
                                || (state == .trialExpired && $0.condition == .withinConversionWindow)
                        }?.otherwise.rawValue
                    case .ends: nil
                    }
                #expect(outcome.code == expected, "\(operation.rawValue) on \(state.rawValue): \(outcome.summary)")
                #expect(outcome.outcome == (expected == nil ? "succeeded" : "rejected"))
                #expect(outcome.routingKey == "\(operation.rawValue).\(outcome.outcome ?? "")")
                let name = "SUB-\(operation.rawValue)"
                if expected != nil {
                    let held = await line.gateway.held(GatewaySamples.id(name))
                    #expect(held == Held.entitlement(name, in: state), "invariant 4: a rejection leaves nothing")
                }
            }
        }
    }

    @Test func `Invariant 4: what EMS refuses outright is rejected with its words`() async throws {
        try await withLine { line in
            try await line.create()
            let refusal = EMSRefusal(status: 409, errorCode: 77, description: "no")
            await line.gateway.trouble(.apply, with: .refused(refusal))
            try await line.send("renew", .renewSubscription, Commands.renewal)
            let outcome = try await line.outcome(of: "renew")
            #expect(outcome.code == "ems-refused")
            #expect(outcome.data["rejection"]?["observed"]?["status"] == 409)
            #expect(outcome.version == 1)
        }
    }

    @Test func `Invariant 4: a part that EMS took is taken back when the rest is refused`() async throws {
        try await withLine { line in
            try await line.create()
            let before = await line.gateway.held(GatewaySamples.id("SUB-1"))
            let refusal = EMSRefusal(status: 400, errorCode: nil, description: "no more")
            await line.gateway.trouble(.apply, with: .partly(refusal, applied: 1))
            try await line.send("upsell", .renewWithUpsell, Commands.upsell)
            let outcome = try await line.outcome(of: "upsell")
            #expect(outcome.code == "ems-refused")
            #expect(outcome.version == 1)
            #expect(await line.gateway.held(GatewaySamples.id("SUB-1")) == before)
            #expect(line.deadLetters.isEmpty)
        }
    }

    @Test func `Invariant 4: what can't be taken back is a dead letter that says what is in and what is missing`()
        async throws
    {
        try await withLine { line in
            try await line.create()
            let refusal = EMSRefusal(status: 400, errorCode: nil, description: "no more")
            await line.gateway.trouble(.apply, with: .partly(refusal, applied: 1), .refused(refusal))
            try await line.send("upsell", .renewWithUpsell, Commands.upsell)
            let outcome = try await line.outcome(of: "upsell")
            #expect(outcome.outcome == "dead-lettered")
            #expect(outcome.reason == "partially-applied")
            #expect(outcome.version == 2)
            #expect(outcome.data["deadLetter"]?["applied"]?.elements?.count == 1)
            #expect(outcome.data["deadLetter"]?["missing"]?.elements?.isEmpty == false)
            let letter = try await line.deadLetter()
            #expect(letter.properties.headers.text("dead-letter-reason") == "partially-applied")
            #expect(letter.properties.headers.text("dead-letter-round") == "1")
            #expect(try await line.ledger.subscription(GatewaySamples.id("SUB-1"))?.version == 2)
            #expect(line.count(.deadLettered) == 1)
        }
    }

    @Test func `Invariant 4: taking back that fails for now begins again with the same decision`() async throws {
        try await withLine(LineSetup(retry: RetrySchedule(inProcess: [], parked: [5]))) { line in
            try await line.create()
            let refusal = EMSRefusal(status: 400, errorCode: nil, description: "no more")
            let down = FakeEntitlementGateway.Trouble.transient("down", retryAfter: nil)
            await line.gateway.trouble(.apply, with: .partly(refusal, applied: 1), down, .refused(refusal))
            let before = await line.gateway.held(GatewaySamples.id("SUB-1"))
            try await line.send("upsell", .renewWithUpsell, Commands.upsell)
            #expect(try await line.outcome(of: "upsell").code == "ems-refused")
            #expect(await line.gateway.held(GatewaySamples.id("SUB-1")) == before)
            #expect(line.count(.parked) == 1)
        }
    }

    @Test func `Invariant 4: a field that was there before the command wrote anything is nobody's to take back`()
        async throws
    {
        try await withLine { line in
            try await line.create()
            let gateway = line.gateway
            // Somebody has made one half of the renewal true, and changed the other to something else.
            await gateway.beforeApply { decision in
                guard decision.operation == .renewSubscription, var held = await gateway.held(decision.subscriptionID)
                else { return }
                held.term.end = GatewaySamples.day("2027-12-31")
                held.lineItems[0].term.end = GatewaySamples.day("2026-08-08")
                await gateway.put(held)
            }
            try await line.send("renew", .renewSubscription, Commands.renewal)
            #expect(try await line.outcome(of: "renew").code == "ems-conflict")
            let held = await gateway.held(GatewaySamples.id("SUB-1"))
            #expect(held?.term.end == GatewaySamples.day("2027-12-31"))
            #expect(await gateway.calls[.apply] == 2)
        }
    }

    @Test func `Invariant 3: a field that somebody else changed meanwhile is a conflict, and is left alone`()
        async throws
    {
        try await withLine { line in
            try await line.create()
            let gateway = line.gateway
            await gateway.beforeApply { decision in
                guard decision.operation == .renewSubscription, var held = await gateway.held(decision.subscriptionID)
                else { return }
                held.term.end = GatewaySamples.day("2026-08-08")
                await gateway.put(held)
            }
            try await line.send("renew", .renewSubscription, Commands.renewal)
            let outcome = try await line.outcome(of: "renew")
            #expect(outcome.code == "ems-conflict")
            #expect(outcome.data["rejection"]?["observed"]?["term.end"] == "2026-08-08")
            #expect(outcome.data["rejection"]?["required"]?["term.end"] == "2026-12-31")
            let held = await gateway.held(GatewaySamples.id("SUB-1"))
            #expect(held?.term.end == GatewaySamples.day("2026-08-08"))
        }
    }
}
