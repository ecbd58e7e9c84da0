import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Testing

extension LedgerConformance {
    static let caseFiles = [
        LedgerConformance("A case file grows with recording, parking and ending, and outlives all of them") { scene in
            let first = try await scene.grant("1")
            let identity = first.claim.identity
            #expect(try await scene.ledger.caseFile(of: identity) == nil)
            var parking = Parking(wait: .retry(attempts: 1), due: LedgerScene.time(2), detail: "503")
            let early = try caseInputs(patience: .left)
            parking.caseFile = CaseFile(inputs: early, entries: [entry(.claimed, 0), entry(.parked, 1)])
            try await scene.ledger.park(parking, under: first.claim)
            var file = try #require(try await scene.ledger.caseFile(of: identity))
            #expect(file == CaseFile(inputs: early, entries: [entry(.claimed, 0), entry(.parked, 1)]))

            let second = try await scene.wakeOne(at: 3)
            let inputs = try caseInputs(patience: .exhausted)
            let decision = try caseDecision()
            let recorded = CaseFile(inputs: inputs, entries: [entry(.woken, 3), entry(.decided, 4)])
            try await scene.ledger.record(decision, recorded, under: second.claim)
            try await scene.reopen(at: 5)
            let third = try await scene.wakeOne(at: 5)
            #expect(third.decision == decision)
            var ending = LedgerScene.ending(third.claim, version: 1, at: 6)
            // What was decided before is not decided again: its inputs stay.
            ending.caseFile = CaseFile(entries: [entry(.woken, 5), entry(.ended, 6)])
            try await scene.ledger.complete(ending, under: third.claim)
            file = try #require(try await scene.ledger.caseFile(of: identity))
            #expect(file.inputs == inputs)
            #expect(file.entries.map(\.kind) == [.claimed, .parked, .woken, .decided, .woken, .ended])
            #expect(file.entries.map(\.time) == [0, 1, 3, 4, 5, 6].map { LedgerScene.time($0) })
            #expect(file.announcedAt == nil)
            try await scene.ledger.announced(identity, round: 1, at: LedgerScene.time(7))
            try await scene.ledger.announced(identity, round: 1, at: LedgerScene.time(8))
            try await scene.reopen(at: 9)
            #expect(try await scene.ledger.caseFile(of: identity)?.announcedAt == LedgerScene.time(7))
        },
        LedgerConformance("A rejection brings its inputs with its end; nothing is added under a stale claim") { scene in
            let grant = try await scene.grant("1")
            var ending = LedgerScene.ending(grant.claim, version: nil, at: 1)
            let inputs = try caseInputs(patience: .left)
            ending.caseFile = CaseFile(inputs: inputs, entries: [entry(.decided, 1)])
            try await scene.ledger.complete(ending, under: grant.claim)
            let kept = try await scene.ledger.caseFile(of: grant.claim.identity)
            #expect(kept == CaseFile(inputs: inputs, entries: [entry(.decided, 1)]))
            await #expect(throws: LedgerFailure.staleClaim) {
                try await scene.ledger.complete(ending, under: grant.claim)
            }
            #expect(try await scene.ledger.caseFile(of: grant.claim.identity) == kept)
            #expect(try await scene.ledger.caseFile(of: CommandIdentity(source: "/other", id: "1")) == nil)
        },
        LedgerConformance("A case file goes with its command, and with no other") { scene in
            for id in ["1", "2"] {
                let grant = try await scene.grant(id, of: "SUB-\(id)")
                var ending = LedgerScene.ending(grant.claim, version: 1, at: id == "2" ? 1 : 20)
                ending.caseFile = CaseFile(entries: [entry(.ended, 1)])
                try await scene.ledger.complete(ending, under: grant.claim)
                try await scene.ledger.announced(grant.claim.identity, round: 1)
            }
            #expect(try await scene.ledger.prune(endedBefore: LedgerScene.time(10), limit: 10) == 1)
            func identity(_ id: String) -> CommandIdentity { CommandIdentity(source: "/shop", id: id) }
            #expect(try await scene.ledger.caseFile(of: identity("2")) == nil)
            #expect(try await scene.ledger.caseFile(of: identity("1")) != nil)
            // Whoever comes next, the same identity too, begins anew.
            for id in ["3", "2"] {
                let next = try await scene.grant(id, of: "SUB-\(id)")
                #expect(try await scene.ledger.caseFile(of: next.claim.identity) == nil)
            }
        },
        LedgerConformance("A release by an operator is in the case file, and a refused one isn't") { scene in
            let grant = try await scene.grant("1")
            let identity = grant.claim.identity
            let refused = try await scene.ledger.release(identity, as: .retryNow, at: LedgerScene.time(1))
            #expect(refused != .released)
            var parking = Parking(wait: .retry(attempts: 1), due: LedgerScene.time(90), detail: "503")
            parking.caseFile = CaseFile(inputs: try caseInputs(patience: .left), entries: [entry(.parked, 2)])
            try await scene.ledger.park(parking, under: grant.claim)
            #expect(try await scene.ledger.release(identity, as: .retryNow, at: LedgerScene.time(3)) == .released)
            let file = try #require(try await scene.ledger.caseFile(of: identity))
            #expect(file.inputs == parking.caseFile?.inputs)
            #expect(file.entries.map(\.kind) == [.parked, .released])
            #expect(file.entries.last?.time == LedgerScene.time(3))
            #expect(file.entries.last?.detail == "by an operator, as retry-now")
        },
        LedgerConformance("The same part again is kept once") { scene in
            let grant = try await scene.grant("1")
            let decision = try caseDecision()
            let recorded = CaseFile(inputs: try caseInputs(patience: .left), entries: [entry(.decided, 1.25)])
            try await scene.ledger.record(decision, recorded, under: grant.claim)
            try await scene.ledger.record(decision, recorded, under: grant.claim)
            #expect(try await scene.ledger.caseFile(of: grant.claim.identity) == recorded)
            // Not the same: a millisecond later.
            let later = CaseFile(entries: [entry(.decided, 1.251)])
            try await scene.ledger.record(decision, later, under: grant.claim)
            let entries = try await scene.ledger.caseFile(of: grant.claim.identity)?.entries
            #expect(entries?.map(\.detail) == (recorded.entries + later.entries).map(\.detail))
        },
        LedgerConformance("What is parked again and again keeps its beginning and its end, and doesn't grow for ever") {
            scene in
            var grant = try await scene.grant("1")
            let detail = String(repeating: "x", count: CaseEntry.longestDetail)
            for number in 1...300 {
                var parking = Parking(wait: .settling, due: LedgerScene.time(Double(number)), detail: "no answer")
                let kind: CaseEntry.Kind = number == 1 ? .claimed : .parked
                parking.caseFile = CaseFile(entries: [CaseEntry(kind, at: LedgerScene.time(Double(number)), detail)])
                try await scene.ledger.park(parking, under: grant.claim)
                grant = try await scene.wakeOne(at: Double(number))
            }
            var ending = LedgerScene.ending(grant.claim, version: 1, at: 400)
            ending.caseFile = CaseFile(entries: [entry(.ended, 400)])
            try await scene.ledger.complete(ending, under: grant.claim)
            let entries = try await scene.ledger.caseFile(of: grant.claim.identity)?.entries ?? []
            #expect(entries.count < 250, "\(entries.count)")
            #expect(entries.first?.kind == .claimed && entries.last?.kind == .ended)
        },
        LedgerConformance("A replay's round goes on in the case file of the rounds before") { scene in
            let grant = try await scene.grant("1")
            var ending = LedgerScene.ending(grant.claim, version: nil, at: 1)
            (ending.outcome, ending.code) = (.deadLettered, "attempts-exhausted")
            ending.caseFile = CaseFile(inputs: try caseInputs(patience: .left), entries: [entry(.ended, 1)])
            try await scene.ledger.complete(ending, under: grant.claim)
            try await scene.ledger.announced(grant.claim.identity, round: 1)
            #expect(try await scene.openRound(LedgerScene.letter("1")) == .open(round: 2))
            #expect(try await scene.ledger.caseFile(of: grant.claim.identity)?.inputs == nil)
            let again = try await scene.grant("1", at: 6)
            ending = LedgerScene.ending(again.claim, version: 1, at: 7)
            ending.caseFile = CaseFile(entries: [entry(.claimed, 6), entry(.ended, 7)])
            try await scene.ledger.complete(ending, under: again.claim)
            let file = try await scene.ledger.caseFile(of: again.claim.identity)
            #expect(file?.entries.map(\.kind) == [.ended, .claimed, .ended])
            // It ended without a verdict: that of the round before isn't its own.
            #expect(file?.inputs == nil && file?.isUnreadable == false)
        },
    ]
}

private func entry(_ kind: CaseEntry.Kind, _ seconds: Double) -> CaseEntry {
    CaseEntry(kind, at: LedgerScene.time(seconds), "what \"happened\" at \(seconds)\n\u{0}ä")
}

private func caseInputs(patience: Patience) throws -> DecisionInputs {
    let today = try #require(LocalDate("2026-03-01"))
    let entitlement = Entitlement(
        entitlementID: "e-1",
        externalID: "SUB-1",
        state: .enabled,
        term: .init(start: today, end: today),
        lineItems: [],
        attributes: ["Order Type": "Trial"]
    )
    let subscription = Subscription(version: 3, kind: .trial, endsWithTerm: true, entitlement: entitlement)
    return DecisionInputs(
        today: today,
        patience: patience,
        policies: LifecyclePolicies(
            conversionWindow: Window(days: 7),
            renewalGrace: Window(days: 0),
            attributeNames: .init(orderType: "Kind", endsWithTerm: nil)
        ),
        content: ["type": "orders.renew-subscription.v1", "data": ["subscriptionId": "SUB-1"]],
        snapshot: Snapshot(
            subscription: subscription,
            lastVersion: 3,
            findings: Findings(products: [.externalID("GC3040"): .missing], customer: .willBeCreated)
        )
    )
}

private func caseDecision() throws -> Decision {
    Decision(
        operation: .renewSubscription,
        subscriptionID: try #require(SubscriptionID("SUB-1")),
        baseVersion: 3,
        previousState: .active,
        state: .active,
        kind: .paid,
        endsWithTerm: false,
        plan: .update([])
    )
}
