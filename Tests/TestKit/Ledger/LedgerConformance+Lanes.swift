import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Testing

extension LedgerConformance {
    static let lanes = [
        LedgerConformance("Invariant 5: commands of one subscription go one at a time, in the order of receipt") {
            scene in
            var grant = try await scene.grant("A")
            for id in ["B", "C", "D"] { #expect(try await scene.claim(id) == .parked) }
            for (version, next) in ["B", "C", "D"].enumerated() {
                #expect(try await scene.wake(at: 100).isEmpty)
                try await scene.complete(grant, version: version + 1)
                grant = try await scene.wakeOne(at: 100)
                #expect(grant.claim.identity.id == next)
                #expect(grant.known?.version == version + 1)
            }
        },
        LedgerConformance("Invariant 5: other subscriptions flow past a busy one") { scene in
            _ = try await scene.grant("A")
            _ = try await scene.grant("B", of: "SUB-2")
        },
        LedgerConformance("Invariant 5: nobody overtakes the one whose turn has come") { scene in
            let grant = try await scene.grant("A")
            #expect(try await scene.claim("B") == .parked)
            try await scene.complete(grant, version: 1)
            #expect(try await scene.claim("C") == .parked)
            #expect(try await scene.state(of: "B") == .retrying)
            #expect(try await scene.claim("B") == .parked)
            #expect(try await scene.wake(at: 1) == ["B"])
        },
        LedgerConformance("Invariant 5: a head that retries holds the others back until it is done") { scene in
            let grant = try await scene.grant("A")
            #expect(try await scene.claim("B") == .parked)
            let parking = Parking(wait: .retry(attempts: 1), due: LedgerScene.time(60), detail: "503")
            try await scene.ledger.park(parking, under: grant.claim)
            #expect(try await scene.claim("A") == .parked)
            #expect(try await scene.wake(at: 59.9).isEmpty)
            #expect(try await scene.ledger.nextDue() == LedgerScene.time(60))
            #expect(try await scene.wake(at: 60) == ["A"])
            #expect(try await scene.state(of: "B") == .behind)
        },
        LedgerConformance("Settling costs no attempt") { scene in
            let grant = try await scene.grant("A")
            let retry = Parking(wait: .retry(attempts: 2), due: LedgerScene.time(1), detail: "503")
            try await scene.ledger.park(retry, under: grant.claim)
            let settling = Parking(wait: .settling, due: LedgerScene.time(2), detail: "no answer")
            try await scene.ledger.park(settling, under: scene.wakeOne(at: 1).claim)
            #expect(try await scene.wakeOne(at: 2).attempts == 2)
        },
        LedgerConformance("A free lane takes the next command at once") { scene in
            try await scene.complete(scene.grant("A"), version: 1)
            let grant = try await scene.grant("B")
            #expect(grant.known?.version == 1)
        },
        LedgerConformance("A rejection leaves what is known as it was") { scene in
            try await scene.complete(scene.grant("A"), version: 2)
            try await scene.complete(scene.grant("B"), version: nil)
            #expect(try await scene.grant("C").known?.version == 2)
        },
    ]
}
