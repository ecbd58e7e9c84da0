import AMQP
import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Testing

extension LedgerConformance {
    static let outcomes = [
        LedgerConformance(
            "Invariant 6: a duplicate replays all that must be published, and once announced the event alone"
        ) {
            scene in
            let grant = try await scene.grant("A")
            let event = LedgerScene.event(grant.claim.identity)
            let message = LedgerScene.elaborateMessage
            let letter = Publishing(
                exchange: "orders.dead-letter",
                routingKey: "renew-subscription",
                properties: message.properties,
                body: message.body
            )
            let ending = Ending(
                outcome: .deadLettered,
                code: "attempts-exhausted",
                detail: "EMS answered 503",
                publishings: [letter, event],
                known: nil,
                endedAt: LedgerScene.time(1)
            )
            try await scene.ledger.complete(ending, under: grant.claim)
            var stored = StoredOutcome(
                identity: grant.claim.identity,
                round: 1,
                outcome: .deadLettered,
                isAnnounced: false,
                publishings: [letter, event]
            )
            #expect(try await scene.claim("A") == .replay(stored))
            try await scene.ledger.announced(grant.claim.identity, round: 1)
            stored.isAnnounced = true
            stored.publishings = [event]
            #expect(try await scene.claim("A") == .replay(stored))
            try await scene.ledger.announced(grant.claim.identity, round: 1)
            #expect(try await scene.claim("A") == .replay(stored))
        },
        LedgerConformance("Invariant 1: outcomes wait in the outbox, the oldest first, until they are announced") {
            scene in
            for (index, endedAt) in [3.0, 1, 2].enumerated() {
                try await scene.complete(scene.grant("\(index)", of: "SUB-\(index)"), version: 1, at: endedAt)
            }
            func waiting(before seconds: Double, limit: Int = 10) async throws -> [String] {
                try await scene.ledger.unannounced(endedBefore: LedgerScene.time(seconds), limit: limit)
                    .map(\.identity.id)
            }
            #expect(try await waiting(before: 9) == ["1", "2", "0"])
            #expect(try await waiting(before: 9, limit: 1) == ["1"])
            #expect(try await waiting(before: 2) == ["1"])
            try await scene.ledger.announced(CommandIdentity(source: "/shop", id: "1"), round: 1)
            #expect(try await waiting(before: 9) == ["2", "0"])
        },
        LedgerConformance("The outbox is read part by part: what is refused for ever stands before nothing") { scene in
            for index in 0..<7 {
                let grant = try await scene.grant("\(index)", of: "SUB-\(index)")
                try await scene.complete(grant, version: 1, at: Double(index / 2))
            }
            func waiting(skipping: Int, limit: Int) async throws -> [String] {
                try await scene.ledger.unannounced(endedBefore: LedgerScene.time(9), skipping: skipping, limit: limit)
                    .map(\.identity.id)
            }
            #expect(try await waiting(skipping: 0, limit: 3) == ["0", "1", "2"])
            #expect(try await waiting(skipping: 3, limit: 3) == ["3", "4", "5"])
            #expect(try await waiting(skipping: 6, limit: 3) == ["6"])
            #expect(try await waiting(skipping: 7, limit: 3).isEmpty)
            #expect(try await waiting(skipping: -1, limit: 1) == ["0"])
            try await scene.ledger.announced(CommandIdentity(source: "/shop", id: "1"), round: 1)
            #expect(try await waiting(skipping: 1, limit: 2) == ["2", "3"])
        },
        LedgerConformance("Pruning batch by batch touches no open command, however old, and no subscription") { scene in
            // One open command in each state, the oldest of all.
            let retrying = try await scene.grant("retrying", of: "SUB-retrying")
            try await scene.ledger.park(
                Parking(wait: .retry(attempts: 1), due: LedgerScene.time(5000), detail: "down"),
                under: retrying.claim
            )
            #expect(try await scene.claim("behind", of: "SUB-retrying") == .parked)
            #expect(try await scene.claim("premature", of: "SUB-retrying", expecting: 9) == .parked)
            let inHand = try await scene.grant("in hand", of: "SUB-hand")
            let ended = try await scene.grant("unannounced", of: "SUB-unannounced")
            try await scene.complete(ended, version: 1, at: 1)
            let open = try await scene.ledger.statistics()
            for index in 0..<25 {
                let grant = try await scene.grant("\(index)", of: "SUB-\(index % 5)")
                try await scene.complete(grant, version: index / 5 + 1, at: 2)
                try await scene.ledger.announced(grant.claim.identity, round: 1)
            }
            var batches: [Int] = []
            while batches.last != 0 {
                batches.append(try await scene.ledger.prune(endedBefore: LedgerScene.time(4000), limit: 10))
            }
            #expect(batches == [10, 10, 5, 0])
            #expect(try await scene.ledger.statistics() == open)
            for index in 0..<5 {
                let name = try #require(SubscriptionID("SUB-\(index)"))
                #expect(try await scene.ledger.subscription(name)?.version == 5)
            }
            // What was open goes on with all that it had.
            try await scene.complete(inHand, version: 1, at: 4001)
            let woken = try await scene.ledger.wake(limit: 10, now: LedgerScene.time(5000))
            #expect(woken.contains { $0.grant.claim.identity.id == "retrying" && $0.grant.attempts == 1 })
            #expect(
                try await scene.ledger.unannounced(endedBefore: LedgerScene.time(2), limit: 9).map(\.identity.id)
                    == ["unannounced"]
            )
        },
        LedgerConformance("Invariant 6: what has ended doesn't end once more, as anything else") { scene in
            let grant = try await scene.grant("A")
            try await scene.complete(grant, version: 1)
            let first = try await scene.claim("A")
            await #expect(throws: LedgerFailure.staleClaim) { try await scene.complete(grant, version: nil, at: 2) }
            #expect(try await scene.claim("A") == first)
            #expect(try await scene.ledger.orders(withID: "A").first?.outcome == .succeeded)
        },
        LedgerConformance("To announce what hasn't ended, or another round, changes nothing") { scene in
            let grant = try await scene.grant("A")
            try await scene.ledger.announced(grant.claim.identity, round: 1)
            try await scene.ledger.announced(CommandIdentity(source: "/shop", id: "nobody"), round: 1)
            try await scene.complete(grant, version: 1)
            try await scene.ledger.announced(grant.claim.identity, round: 2)
            #expect(try await scene.ledger.statistics().unannounced == 1)
        },
        LedgerConformance("Pruning takes the longest ended of those announced, and no subscription") { scene in
            for index in 0..<4 {
                let grant = try await scene.grant("\(index)", of: "SUB-\(index)")
                try await scene.complete(grant, version: 1, at: Double(10 - index))
                if index != 3 { try await scene.ledger.announced(grant.claim.identity, round: 1) }
            }
            _ = try await scene.grant("open", of: "SUB-5")
            #expect(try await scene.ledger.prune(endedBefore: LedgerScene.time(10), limit: 1) == 1)
            #expect(try await scene.ledger.orders(withID: "2").isEmpty)
            #expect(try await scene.ledger.prune(endedBefore: LedgerScene.time(10), limit: 100) == 1)
            #expect(try await scene.ledger.prune(endedBefore: LedgerScene.time(10), limit: 100) == 0)
            let left = try await scene.ledger.orders(matching: OrderFilter()).map(\.identity.id)
            #expect(left == ["open", "3", "0"])
            #expect(try await scene.grant("again", of: "SUB-2").known?.version == 1)
        },
    ]
}
