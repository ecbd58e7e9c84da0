import AMQP
import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Testing

extension LedgerConformance {
    static let queries = [
        LedgerConformance("Invariant 8: claimed is ended plus open, and every open command is counted where it stands")
        { scene in
            try await scene.complete(scene.grant("ended", of: "SUB-0"), version: 1)
            let announced = try await scene.grant("announced", of: "SUB-0")
            try await scene.complete(announced, version: 2)
            try await scene.ledger.announced(announced.claim.identity, round: 1)
            let grant = try await scene.grant("retrying")
            let parking = Parking(wait: .settling, due: LedgerScene.time(9), detail: "no answer")
            try await scene.ledger.park(parking, under: grant.claim)
            #expect(try await scene.claim("behind") == .parked)
            #expect(try await scene.claim("early", expecting: 2) == .parked)
            _ = try await scene.grant("in hand", of: "SUB-2")
            let bodies = try ["retrying", "behind", "early"].map { try LedgerScene.request($0).message.body.count }
            #expect(
                try await scene.ledger.statistics()
                    == LedgerStatistics(
                        claimed: 6,
                        ended: 2,
                        open: [.inHand: 1, .retrying: 1, .behind: 1, .premature: 1, .reopened: 0],
                        unannounced: 1,
                        parkedBytes: bodies.reduce(0, +)
                    )
            )
            #expect(
                try await scene.ledger.parked() == ParkedCommands(commands: 3, bytes: bodies.reduce(0, +))
            )
        },
        LedgerConformance("Operators see the newest commands first, narrowed as they like") { scene in
            for id in 1...3 { _ = try await scene.claim("\(id)", at: Double(id)) }
            var other = try LedgerScene.request("other", of: "SUB-2")
            other.operation = .cancelSubscription
            _ = try await scene.ledger.claim(other)
            func ids(_ filter: OrderFilter) async throws -> [String] {
                try await scene.ledger.orders(matching: filter).map(\.identity.id)
            }
            #expect(try await ids(OrderFilter()) == ["other", "3", "2", "1"])
            #expect(try await ids(OrderFilter(limit: 2)) == ["other", "3"])
            #expect(try await ids(OrderFilter(limit: 0)).isEmpty)
            #expect(try await ids(OrderFilter(subscriptionID: "SUB-1")) == ["3", "2", "1"])
            #expect(try await ids(OrderFilter(operation: .cancelSubscription)) == ["other"])
            #expect(try await ids(OrderFilter(state: .behind)) == ["3", "2"])
            #expect(try await ids(OrderFilter(state: .inHand)) == ["other", "1"])
            #expect(try await ids(OrderFilter(subscriptionID: "SUB-2", state: .behind)).isEmpty)
            #expect(try await ids(OrderFilter(state: .ended)).isEmpty)
        },
        LedgerConformance("An order shows all that is known of it") { scene in
            let grant = try await scene.grant("A", expecting: 0, at: 2)
            let intent = Intent(id: "create", call: "POST", effects: [], deadline: LedgerScene.time(9))
            try await scene.ledger.intend(intent, under: grant.claim)
            let parking = Parking(wait: .retry(attempts: 2), due: LedgerScene.time(8), detail: "EMS answered 503")
            try await scene.ledger.park(parking, under: grant.claim)
            let parked = try #require(try await scene.ledger.orders(withID: "A").first)
            #expect(parked.state == .retrying && parked.attempts == 2 && parked.expectedVersion == 0)
            #expect(parked.due == LedgerScene.time(8) && parked.detail == "EMS answered 503")
            #expect(parked.receivedAt == LedgerScene.time(2) && parked.intents == [intent])
            #expect(parked.outcome == nil && parked.outcomeEvent == nil && !parked.isAnnounced)
            try await scene.complete(scene.wakeOne(at: 8), version: nil, at: 9)
            let ended = try #require(try await scene.ledger.orders(withID: "A").first)
            #expect(ended.state == .ended && ended.outcome == .rejected && ended.code == "version-mismatch")
            #expect(ended.endedAt == LedgerScene.time(9) && ended.due == nil)
            #expect(ended.outcomeEvent == "{\"outcome of\":\"A\"}")
        },
    ]
}
