import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Testing

extension LedgerConformance {
    static let restarts = [
        LedgerConformance("What was in hand when the process died is due at once, and its claim is void") { scene in
            let grant = try await scene.grant("A")
            try await scene.reopen(at: 50)
            await #expect(throws: LedgerFailure.staleClaim) { try await scene.complete(grant, version: 1) }
            let again = try #require(try await scene.ledger.wakeSuspect(now: LedgerScene.time(50))).grant
            #expect(again.claim.identity.id == "A" && again.claim.fence > grant.claim.fence)
            #expect(again.attempts == 0)
        },
        LedgerConformance("After a restart a redelivery may have its command too") { scene in
            _ = try await scene.grant("A")
            try await scene.reopen(at: 50)
            _ = try await scene.grant("A")
            #expect(try await scene.wake(at: 50).isEmpty)
        },
        LedgerConformance("A claim from before a restart is void although the command is in hand again") { scene in
            let old = try await scene.grant("A")
            try await scene.reopen(at: 50)
            _ = try await scene.grant("A")
            await #expect(throws: LedgerFailure.staleClaim) { try await scene.complete(old, version: 1) }
        },
        LedgerConformance("Invariant 1: waiting commands keep their places and their times over a restart") { scene in
            let grant = try await scene.grant("A")
            for id in ["B", "C"] { #expect(try await scene.claim(id) == .parked) }
            let parking = Parking(wait: .retry(attempts: 4), due: LedgerScene.time(70), detail: "503")
            try await scene.ledger.park(parking, under: grant.claim)
            try await scene.reopen(at: 60)
            #expect(try await scene.claim("A") == .parked)
            #expect(try await scene.wake(at: 69).isEmpty)
            let again = try await scene.wakeOne(at: 70)
            #expect(again.claim.identity.id == "A" && again.attempts == 4)
            try await scene.complete(again, version: 1)
            #expect(try await scene.wake(at: 71) == ["B"])
        },
        LedgerConformance("Time spent down counts against nobody's patience") { scene in
            let grant = try await scene.grant("A", expecting: 3)
            try await scene.ledger.park(waiting(for: 3), under: grant.claim)
            try await scene.reopen(at: 1000)
            #expect(try await scene.ledger.nextDue() == LedgerScene.time(1000 + predecessorWait))
        },
        LedgerConformance("Outcomes and knowledge outlive a restart") { scene in
            let grant = try await scene.grant("A")
            try await scene.complete(grant, version: 6)
            try await scene.reopen(at: 2)
            guard case .replay(let stored) = try await scene.claim("A") else {
                throw LedgerScene.Surprise("no replay")
            }
            #expect(stored.publishings == [LedgerScene.event(grant.claim.identity)])
            #expect(try await scene.ledger.subscription(grant.claim.subscriptionID)?.version == 6)
        },
    ]
}
