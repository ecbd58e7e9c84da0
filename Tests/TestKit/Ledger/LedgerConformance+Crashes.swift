import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Testing

extension LedgerConformance {
    static let crashes = [
        LedgerConformance("A ledger knows whether the process before closed it") { scene in
            #expect(await !scene.ledger.followsCrash)
            try await scene.reopen(at: 1)
            #expect(await scene.ledger.followsCrash)
            await scene.ledger.close()
            try await scene.reopen(at: 2)
            #expect(await !scene.ledger.followsCrash)
        },
        LedgerConformance("What was in hand undecided when the process died is woken one by one, the decided as ever") {
            scene in
            let decided = try await scene.grant("D", of: "SUB-3")
            let decision = Decision(
                operation: .renewSubscription,
                subscriptionID: decided.claim.subscriptionID,
                baseVersion: 0,
                previousState: .active,
                state: .active,
                kind: .paid,
                endsWithTerm: false,
                plan: .update([])
            )
            try await scene.ledger.record(decision, under: decided.claim)
            _ = try await scene.grant("A")
            _ = try await scene.grant("B", of: "SUB-2")
            try await scene.reopen(at: 50)
            #expect(try await scene.wake(at: 50) == ["D"])
            #expect(try await scene.ledger.nextDue() == nil)
            var suspects: Set<String> = []
            while let suspect = try await scene.ledger.wakeSuspect(now: LedgerScene.time(50)) {
                suspects.insert(suspect.grant.claim.identity.id)
            }
            #expect(suspects == ["A", "B"])
            #expect(try await scene.state(of: "A") == .inHand)
        },
        LedgerConformance("A suspect that its own delivery takes is woken no more") { scene in
            _ = try await scene.grant("A")
            try await scene.reopen(at: 50)
            _ = try await scene.grant("A")
            #expect(try await scene.ledger.wakeSuspect(now: LedgerScene.time(50)) == nil)
        },
        LedgerConformance("Strikes are counted for each message, outlive the process, and are cleared together") {
            scene in
            for earlier in 0...2 {
                #expect(try await scene.ledger.strike("a", at: LedgerScene.time(1)) == earlier)
                try await scene.reopen(at: 2)
            }
            #expect(try await scene.ledger.strike("b", at: LedgerScene.time(1)) == 0)
            try await scene.ledger.clearStrikes("a")
            #expect(try await scene.ledger.strike("a", at: LedgerScene.time(1)) == 0)
            #expect(try await scene.ledger.strike("b", at: LedgerScene.time(1)) == 1)
        },
    ]
}
