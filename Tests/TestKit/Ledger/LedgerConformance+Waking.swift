public import AMQP
import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Testing

extension LedgerConformance {
    static let waking = [
        LedgerConformance("The longest due goes first, and no more than asked for") { scene in
            for (index, due) in [30.0, 10, 20].enumerated() {
                let grant = try await scene.grant("\(index)", of: "SUB-\(index)")
                let parking = Parking(wait: .retry(attempts: 1), due: LedgerScene.time(due), detail: "503")
                try await scene.ledger.park(parking, under: grant.claim)
            }
            #expect(try await scene.ledger.nextDue() == LedgerScene.time(10))
            #expect(try await scene.wake(at: 100, limit: 2) == ["1", "2"])
            #expect(try await scene.wake(at: 100, limit: 2) == ["0"])
            #expect(try await scene.ledger.nextDue() == nil)
        },
        LedgerConformance("A limit of nothing wakes nobody") { scene in
            try await scene.ledger.release(scene.grant("A").claim)
            #expect(try await scene.wake(at: 1, limit: 0).isEmpty)
            #expect(try await scene.wake(at: 1, limit: -1).isEmpty)
        },
        LedgerConformance("A woken command brings its message as it was delivered") { scene in
            var request = try LedgerScene.request("A")
            request.message = LedgerScene.elaborateMessage
            guard case .granted(let grant) = try await scene.ledger.claim(request) else {
                throw LedgerScene.Surprise("not granted")
            }
            try await scene.ledger.release(grant.claim)
            let woken = try #require(try await scene.ledger.wake(limit: 1, now: LedgerScene.time(1)).first)
            #expect(woken.message == request.message)
            #expect(woken.operation == request.operation)
        },
        LedgerConformance("Those whose patience ends behind a taken lane use up no part of the limit") { scene in
            _ = try await scene.grant("A")
            for id in 1...5 { #expect(try await scene.claim("\(id)", expecting: 9) == .parked) }
            let late = try await scene.grant("B", of: "SUB-2")
            let parking = Parking(wait: .retry(attempts: 1), due: LedgerScene.time(40), detail: "503")
            try await scene.ledger.park(parking, under: late.claim)
            #expect(try await scene.wake(at: 40, limit: 1) == ["B"])
        },
    ]
}

extension LedgerScene {
    /// A message with every property and every type of header.
    public static let elaborateMessage = Message(
        exchange: "orders.commands",
        routingKey: "schlüssel",
        properties: Properties(
            contentType: "application/json",
            contentEncoding: "identity",
            headers: FieldTable([
                FieldTable.Field("twice", 1), FieldTable.Field("twice", .unsigned(.max)),
                FieldTable.Field("flags", .array([true, .boolean(false)])),
                FieldTable.Field("number", .double(-0.5)), FieldTable.Field("price", .decimal(scale: 2, value: 1999)),
                FieldTable.Field("text", "grüße"), FieldTable.Field("bytes", .bytes([0, 255])),
                FieldTable.Field("time", .timestamp(1_700_000_000)), FieldTable.Field("nothing", .void),
                FieldTable.Field("nested", .table(["inner": .array([.table(["deep": .integer(.min)])])])),
            ]),
            deliveryMode: .persistent,
            priority: 9,
            correlationID: "c",
            replyTo: "r",
            expiration: "60000",
            messageID: "m",
            timestamp: .max,
            type: "t",
            userID: "u",
            appID: "a"
        ),
        body: Array(0...255),
        omittedHeaders: Message.Omission(byteCount: 70_000, sha256: "ab"),
        omittedBody: Message.Omission(byteCount: .max, sha256: "")
    )
}
