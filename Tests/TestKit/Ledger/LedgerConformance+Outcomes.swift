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
