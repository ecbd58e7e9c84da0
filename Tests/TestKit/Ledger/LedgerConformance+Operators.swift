import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Testing

extension LedgerConformance {
    static let operators = [
        LedgerConformance("Released as not-applied, unanswered calls count as not made, and it is due") { scene in
            let grant = try await scene.grant("A")
            let open = Intent(id: "a", call: "POST", effects: ["x"], deadline: LedgerScene.time(9))
            try await scene.ledger.intend(open, under: grant.claim)
            let parking = Parking(wait: .settling, due: LedgerScene.time(900), detail: "no answer")
            try await scene.ledger.park(parking, under: grant.claim)
            #expect(try await release("A", .notApplied, scene) == .released)
            let next = try await scene.wakeOne(at: 5)
            #expect(next.intents.map(\.fate) == [.notApplied])
            #expect(!next.isDeclaredApplied)
        },
        LedgerConformance("Released as applied, the grant says so over restarts; without a decision it is refused") {
            scene in
            let grant = try await scene.grant("A")
            let parking = Parking(wait: .settling, due: LedgerScene.time(900), detail: "no answer")
            try await scene.ledger.park(parking, under: grant.claim)
            guard case .refused = try await release("A", .applied, scene) else {
                throw LedgerScene.Surprise("nothing was decided")
            }
            #expect(try await release("A", .retryNow, scene) == .released)
            let again = try await scene.wakeOne(at: 5)
            let decision = Decision(
                operation: .renewSubscription,
                subscriptionID: grant.claim.subscriptionID,
                baseVersion: 0,
                previousState: .active,
                state: .active,
                kind: .paid,
                endsWithTerm: false,
                plan: .update([])
            )
            try await scene.ledger.record(decision, under: again.claim)
            try await scene.ledger.park(parking, under: again.claim)
            #expect(try await release("A", .applied, scene) == .released)
            try await scene.reopen(at: 6)
            let declared = try await scene.wakeOne(at: 6)
            #expect(declared.isDeclaredApplied && declared.decision == decision)
        },
        LedgerConformance("Only what waits by itself can be released") { scene in
            #expect(try await release("nobody", .retryNow, scene) != .released)
            let head = try await scene.grant("A")
            #expect(try await release("A", .retryNow, scene) != .released)
            #expect(try await scene.claim("B") == .parked)
            #expect(try await release("B", .retryNow, scene) != .released)
            try await scene.complete(head, version: 1)
            #expect(try await release("A", .retryNow, scene) != .released)
        },
        LedgerConformance("A premature command that is released goes on with its patience") { scene in
            let grant = try await scene.grant("A", expecting: 3)
            try await scene.ledger.park(waiting(for: 3), under: grant.claim)
            #expect(try await release("A", .notApplied, scene) != .released)
            #expect(try await release("A", .retryNow, scene) == .released)
            #expect(try await scene.wakeOne(at: 5).patience == .left)
        },
        LedgerConformance("A paused operation is granted nothing, by claim or by waking, until it is resumed") {
            scene in
            try await scene.complete(scene.grant("0", of: "SUB-2"), version: 1)
            let waiting = try await scene.grant("A")
            let parking = Parking(wait: .retry(attempts: 1), due: LedgerScene.time(3), detail: "503")
            try await scene.ledger.park(parking, under: waiting.claim)
            let released = try await scene.grant("R", of: "SUB-4")
            try await scene.ledger.release(released.claim)
            try await scene.ledger.pause(pause("ann"))
            try await scene.ledger.pause(pause("bob"))
            #expect(try await scene.ledger.pauses() == [pause("ann")])
            #expect(try await scene.claim("R", of: "SUB-4") == .parked)
            #expect(try await scene.claim("B", of: "SUB-2") == .parked)
            var other = try LedgerScene.request("C", of: "SUB-3")
            other.operation = .cancelSubscription
            guard case .granted = try await scene.ledger.claim(other) else { throw LedgerScene.Surprise("not granted") }
            #expect(try await scene.wake(at: 100).isEmpty)
            #expect(try await scene.ledger.nextDue() == nil)
            try await scene.reopen(at: 101)
            #expect(try await scene.ledger.pauses() == [pause("ann")], "a pause outlives its worker")
            #expect(try await scene.wake(at: 101).isEmpty)
            #expect(try await scene.ledger.resume(.renewSubscription))
            #expect(try await !scene.ledger.resume(.renewSubscription))
            #expect(try await Set(scene.wake(at: 101)) == ["A", "B", "R"])
        },
        LedgerConformance("What waits only because of a pause doesn't hold back what it builds on") { scene in
            try await scene.ledger.pause(pause("ann"))
            #expect(try await scene.claim("numbered", expecting: 2) == .parked)
            #expect(try await scene.claim("plain", of: "SUB-2") == .parked)
            #expect(try await scene.state(of: "numbered") == .premature)
            #expect(try await scene.state(of: "plain") == .premature)
            for name in ["SUB-1", "SUB-2"] {
                var creation = try LedgerScene.request("create \(name)", of: name)
                creation.operation = .createSubscription
                guard case .granted(let grant) = try await scene.ledger.claim(creation) else {
                    throw LedgerScene.Surprise("held back")
                }
                try await scene.complete(grant, version: 1)
            }
            #expect(try await scene.state(of: "plain") == .retrying)
            #expect(try await scene.wake(at: 2).isEmpty)
            #expect(try await scene.ledger.resume(.renewSubscription))
            #expect(try await scene.wake(at: 2) == ["plain"])
        },
    ]

    private static func release(
        _ id: String,
        _ resolution: Resolution,
        _ scene: LedgerScene
    ) async throws -> ReleaseVerdict {
        let identity = CommandIdentity(source: "/shop", id: id)
        return try await scene.ledger.release(identity, as: resolution, at: LedgerScene.time(5))
    }

    private static func pause(_ by: String) -> Pause {
        Pause(operation: .renewSubscription, by: by, since: LedgerScene.time(4), reason: "EMS migrates")
    }
}
