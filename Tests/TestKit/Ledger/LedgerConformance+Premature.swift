import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Testing

extension LedgerConformance {
    static let premature = [
        LedgerConformance("Invariant 5: numbered commands go in the order of their numbers, however they come") {
            scene in
            var grant = try await scene.grant("0")
            for id in [3, 1, 4, 2] { #expect(try await scene.claim("\(id)", expecting: id) == .parked) }
            for id in 1...4 {
                try await scene.complete(grant, version: id)
                grant = try await scene.wakeOne(at: 2)
                #expect(grant.claim.identity.id == "\(id)")
                #expect(grant.patience == .left)
            }
        },
        LedgerConformance("Invariant 5: a premature command holds nobody back") { scene in
            let grant = try await scene.grant("A", expecting: 7)
            try await scene.ledger.park(waiting(for: 7), under: grant.claim)
            _ = try await scene.grant("B")
            #expect(try await scene.state(of: "A") == .premature)
            #expect(try await scene.claim("A", expecting: 7) == .parked)
        },
        LedgerConformance("Invariant 5: whoever becomes ripe stands behind those that were ripe before") { scene in
            let grant = try await scene.grant("A")
            #expect(try await scene.claim("early", expecting: 1) == .parked)
            #expect(try await scene.claim("B") == .parked)
            try await scene.complete(grant, version: 1)
            let second = try await scene.wakeOne(at: 2)
            #expect(second.claim.identity.id == "B")
            try await scene.complete(second, version: 2)
            #expect(try await scene.wake(at: 2) == ["early"])
        },
        LedgerConformance("Invariant 5: what a creation makes ripe goes by first receipt, asked before or not") {
            scene in
            let first = try await scene.grant("r1")
            #expect(try await scene.claim("r2") == .parked)
            #expect(try await scene.claim("new", operation: .createSubscription) == .parked)
            #expect(try await scene.claim("r3") == .parked)
            try await scene.ledger.park(waiting(for: nil), under: first.claim)
            let second = try await scene.wakeOne(at: 1)
            #expect(second.claim.identity.id == "r2")
            try await scene.ledger.park(waiting(for: nil), under: second.claim)
            let creation = try await scene.wakeOne(at: 1)
            #expect(creation.claim.identity.id == "new")
            try await scene.complete(creation, version: 1)
            for (id, version) in [("r1", 2), ("r2", 3), ("r3", 4)] {
                let next = try await scene.wakeOne(at: 2)
                #expect(next.claim.identity.id == id)
                #expect(try await scene.claim("after \(id)") == .parked)
                try await scene.complete(next, version: version)
            }
            #expect(try await scene.wake(at: 3) == ["after r1"])
        },
        LedgerConformance("Invariant 5: those that become ripe together go in the order of first receipt") { scene in
            let grant = try await scene.grant("A")
            for (id, version) in [("x", 2), ("y", 1), ("z", 2)] {
                #expect(try await scene.claim(id, expecting: version) == .parked)
            }
            try await scene.complete(grant, version: 5)
            for id in ["x", "y", "z"] {
                let next = try await scene.wakeOne(at: 2)
                #expect(next.claim.identity.id == id)
                try await scene.complete(next)
            }
        },
        LedgerConformance("While the subscription is unknown, a rejection ripens nobody") { scene in
            let first = try await scene.grant("A")
            try await scene.ledger.park(waiting(for: nil), under: first.claim)
            try await scene.complete(scene.grant("B"), version: nil)
            #expect(try await scene.state(of: "A") == .premature)
            try await scene.complete(scene.grant("C"), version: 1)
            #expect(try await scene.wake(at: 2) == ["A"])
        },
        LedgerConformance("The lane goes on when its head turns out premature") { scene in
            let grant = try await scene.grant("A", expecting: 3)
            #expect(try await scene.claim("B") == .parked)
            try await scene.ledger.park(waiting(for: 3), under: grant.claim)
            #expect(try await scene.wake(at: 1) == ["B"])
        },
        LedgerConformance("What is learnt while parking is kept, and ripens at once") { scene in
            let grant = try await scene.grant("A", expecting: 1)
            #expect(try await scene.claim("B", expecting: 1) == .parked)
            let adopted = KnownSubscription(version: 1, kind: .trial, endsWithTerm: true)
            try await scene.ledger.park(waiting(for: 1, learnt: adopted), under: grant.claim)
            #expect(try await scene.ledger.subscription(grant.claim.subscriptionID) == adopted)
            let again = try await scene.wakeOne(at: 1)
            #expect(again.claim.identity.id == "A")
            #expect(again.patience == .left && again.known == adopted)
            #expect(try await scene.state(of: "B") == .behind)
        },
        LedgerConformance("A version that the line knew already ends no wait: the next change does") { scene in
            try await scene.complete(scene.grant("0"), version: 3)
            for (id, version) in [("A", 2), ("B", nil)] {
                let grant = try await scene.grant(id, expecting: version)
                try await scene.ledger.park(waiting(for: version), under: grant.claim)
                #expect(try await scene.state(of: id) == .premature)
            }
            #expect(try await scene.wake(at: 1).isEmpty)
            try await scene.complete(scene.grant("C"), version: 4)
            #expect(try await scene.wake(at: 2) == ["A"])
        },
        LedgerConformance("Patience ends: the command is granted as exhausted when its lane is free") { scene in
            let grant = try await scene.grant("A", expecting: 3)
            try await scene.ledger.park(waiting(for: 3), under: grant.claim)
            #expect(try await scene.wake(at: 29).isEmpty)
            #expect(try await scene.wakeOne(at: 30).patience == .exhausted)
        },
        LedgerConformance("Patience that ends while the lane is taken is over when its turn comes") { scene in
            let head = try await scene.grant("A")
            #expect(try await scene.claim("B", expecting: 3, at: 1) == .parked)
            #expect(try await scene.ledger.nextDue() == LedgerScene.time(1 + predecessorWait))
            #expect(try await scene.wake(at: 31).isEmpty)
            #expect(try await scene.state(of: "B") == .behind)
            try await scene.complete(head, version: 1, at: 40)
            #expect(try await scene.wakeOne(at: 40).patience == .exhausted)
        },
        LedgerConformance("More patience moves the end of the wait, for premature commands only") { scene in
            let premature = try await scene.grant("A", expecting: 3)
            try await scene.ledger.park(waiting(for: 3), under: premature.claim)
            let retrying = try await scene.grant("B", of: "SUB-2")
            let parking = Parking(wait: .retry(attempts: 1), due: LedgerScene.time(30), detail: "503")
            try await scene.ledger.park(parking, under: retrying.claim)
            try await scene.ledger.extendPatience(by: 12.5)
            #expect(try await scene.wake(at: 42) == ["B"])
            #expect(try await scene.wake(at: 42.5) == ["A"])
        },
    ]

    static func waiting(for version: Int?, learnt: KnownSubscription? = nil) -> Parking {
        Parking(
            wait: .predecessor(expectedVersion: version),
            due: LedgerScene.time(predecessorWait),
            detail: "waits for its predecessor",
            known: learnt
        )
    }
}
