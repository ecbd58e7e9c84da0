import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Testing

extension LedgerConformance {
    static let claims = [
        LedgerConformance("A fresh command is granted with nothing known") { scene in
            let request = try LedgerScene.request("A", at: 5)
            guard case .granted(let grant) = try await scene.ledger.claim(request) else {
                throw LedgerScene.Surprise("not granted")
            }
            #expect(grant.claim.identity == request.identity)
            #expect(grant.claim.subscriptionID == request.subscriptionID)
            #expect(grant.claim.round == 1)
            #expect(grant.known == nil && grant.decision == nil && grant.intents.isEmpty)
            #expect(grant.attempts == 0 && grant.patience == .left)
            #expect(grant.receivedAt == LedgerScene.time(5))
        },
        LedgerConformance("Invariant 9: a command in hand answers its duplicate so") { scene in
            _ = try await scene.grant("A")
            #expect(try await scene.claim("A") == .inHand)
        },
        LedgerConformance("Invariant 7: the same identity with other content is a conflict, in every state") { scene in
            let other = try LedgerScene.request("A", fingerprint: "other")
            let grant = try await scene.grant("A")
            #expect(try await scene.ledger.claim(other) == .conflict)
            try await scene.complete(grant, version: 1)
            #expect(try await scene.ledger.claim(other) == .conflict)
        },
        LedgerConformance("The same id from another source is another command") { scene in
            _ = try await scene.grant("A")
            var other = try LedgerScene.request("A", of: "SUB-2")
            other.identity.source = "/other"
            guard case .granted = try await scene.ledger.claim(other) else {
                throw LedgerScene.Surprise("not granted")
            }
            #expect(try await scene.ledger.orders(withID: "A").count == 2)
        },
        LedgerConformance("A later fence is greater") { scene in
            let first = try await scene.grant("A")
            let second = try await scene.grant("B", of: "SUB-2")
            #expect(second.claim.fence > first.claim.fence)
        },
        LedgerConformance("Invariant 2: decision, intents, attempts and knowledge come back with the next grant") {
            scene in
            try await scene.complete(scene.grant("0"), version: 4)
            let grant = try await scene.grant("A")
            let decision = Decision(
                operation: .renewSubscription,
                subscriptionID: grant.claim.subscriptionID,
                baseVersion: 4,
                previousState: .active,
                state: .active,
                kind: .paid,
                endsWithTerm: false,
                plan: .update([Change(.orderID, from: .text("SO-1"), to: .text("SO-2"))])
            )
            try await scene.ledger.record(decision, under: grant.claim)
            var create = Intent(id: "create", call: "POST /entitlements", effects: ["a"], deadline: LedgerScene.time(9))
            let patch = Intent(id: "patch#2", call: "PATCH", effects: [], deadline: LedgerScene.time(9))
            try await scene.ledger.intend(create, under: grant.claim)
            try await scene.ledger.intend(patch, under: grant.claim)
            create.fate = .answered
            try await scene.ledger.intend(create, under: grant.claim)
            let parking = Parking(wait: .retry(attempts: 3), due: LedgerScene.time(20), detail: "EMS answered 503")
            try await scene.ledger.park(parking, under: grant.claim)
            let next = try await scene.wakeOne(at: 20)
            #expect(next.decision == decision)
            #expect(next.intents == [create, patch])
            #expect(next.attempts == 3)
            #expect(next.known == KnownSubscription(version: 4, kind: .paid, endsWithTerm: false))
        },
        LedgerConformance("Invariant 5: under a stale claim everything is refused and nothing changes") { scene in
            let stale = try await scene.grant("A").claim
            try await scene.ledger.release(stale)
            _ = try await scene.grant("A")
            let before = try await scene.ledger.orders(withID: "A")
            let parking = Parking(wait: .settling, due: LedgerScene.time(9), detail: "late")
            let intent = Intent(id: "late", call: "POST", effects: [], deadline: LedgerScene.time(9))
            let decision = Decision(
                operation: .renewSubscription,
                subscriptionID: stale.subscriptionID,
                baseVersion: 0,
                previousState: .active,
                state: .active,
                kind: .paid,
                endsWithTerm: false,
                plan: .update([])
            )
            await #expect(throws: LedgerFailure.staleClaim) { try await scene.ledger.record(decision, under: stale) }
            await #expect(throws: LedgerFailure.staleClaim) { try await scene.ledger.release(stale) }
            await #expect(throws: LedgerFailure.staleClaim) { try await scene.ledger.park(parking, under: stale) }
            await #expect(throws: LedgerFailure.staleClaim) { try await scene.ledger.intend(intent, under: stale) }
            await #expect(throws: LedgerFailure.staleClaim) {
                try await scene.ledger.complete(LedgerScene.ending(stale, version: 7, at: 1), under: stale)
            }
            #expect(try await scene.ledger.orders(withID: "A") == before)
            #expect(try await scene.ledger.subscription(stale.subscriptionID) == nil)
        },
        LedgerConformance("A released command is granted to its next delivery, without an attempt") { scene in
            let grant = try await scene.grant("A")
            try await scene.ledger.release(grant.claim)
            #expect(try await scene.claim("B") == .parked)
            let again = try await scene.grant("A")
            #expect(again.attempts == 0)
            #expect(again.claim.fence > grant.claim.fence)
        },
        LedgerConformance("A released command is due at once") { scene in
            let grant = try await scene.grant("A", at: 3)
            try await scene.ledger.release(grant.claim)
            #expect(try await scene.wake(at: 3) == ["A"])
            #expect(try await scene.claim("A") == .inHand)
        },
    ]
}
