import Foundation
import OrderMessages
import SubscriptionLifecycle
import Testing

@Suite("Outcome events")
struct OutcomeTests {
    @Test("The contract's renewal is written member by member as the contract shows it")
    func renewal() throws {
        let line = try #require(LineID("1"))
        let end = LocalDate("2027-11-30")
        let term = Entitlement.Term(start: LocalDate("2025-12-01"), end: end)
        let entitlement = Entitlement(
            entitlementID: "e",
            externalID: "SUB-1001",
            state: .enabled,
            term: term,
            customer: .init(externalID: "C"),
            lineItems: [
                .init(
                    lineID: line,
                    productKeyID: "pk",
                    product: .init(externalID: "GC3040"),
                    quantity: 10,
                    available: 10,
                    state: .enabled,
                    term: term
                )
            ],
            attributes: ["b": "2", "a": "1"]
        )
        let event = OutcomeEvent(
            id: "i",
            operation: .renewSubscription,
            command: CommandIdentity(source: "s", id: "c"),
            correlationID: "k",
            subscriptionID: "SUB-1001",
            orderID: "SO-1",
            time: Date(timeIntervalSince1970: 1.0625),
            content: .changed(
                .init(
                    version: 3,
                    previousState: .active,
                    state: .active,
                    endsWithTerm: false,
                    entitlement: entitlement
                ),
                changes: [
                    Change(.termEnd, from: LocalDate("2026-11-30").map(Fact.date), to: end.map(Fact.date)),
                    Change(.orderID, from: nil, to: .text("SO-1")),
                ]
            )
        )
        let expected = """
            {"specversion":"1.0","id":"i","source":"/order-worker","type":"orders.renew-subscription.succeeded.v1",\
            "subject":"SUB-1001","time":"1970-01-01T00:00:01.063Z","datacontenttype":"application/json","correlationid":"k",\
            "data":{"command":{"id":"c","source":"s"},"operation":"renew-subscription","outcome":"succeeded",\
            "subscriptionId":"SUB-1001","orderId":"SO-1","version":3,"previousState":"active","state":"active",\
            "changes":[{"field":"term.end","from":"2026-11-30","to":"2027-11-30"},{"field":"orderId","from":null,"to":"SO-1"}],\
            "entitlement":{"entitlementId":"e","emsState":"ENABLE","term":{"start":"2025-12-01","end":"2027-11-30"},\
            "customer":{"externalId":"C"},"lineItems":[{"lineId":"1","productKeyId":"pk","product":{"externalId":"GC3040"},\
            "quantity":10,"available":10,"emsState":"ENABLE","term":{"start":"2025-12-01","end":"2027-11-30"}}],\
            "attributes":{"a":"1","b":"2"}}}}
            """
        #expect(String(decoding: event.encoded(), as: UTF8.self) == expected)
        #expect(event.routingKey == "renew-subscription.succeeded")
    }

    @Test(
        "Everything an outcome says is in its schema, and nothing that it requires is missing",
        arguments: OrderOperation.allCases
    )
    func schemas(operation: OrderOperation) throws {
        for (name, event) in try Samples(operation: operation).all() {
            let word = try #require(OutcomeSchema.outcomes(of: operation).first { name.hasPrefix($0) })
            #expect(event.routingKey == "\(operation.rawValue).\(word)")
            let violation = OutcomeSchema(isClosed: true).event(operation, word).violation(in: event.json)
            #expect(violation == nil, "\(name): \(violation?.path.description ?? "")")
        }
    }

    @Test("An item of a sync has its subscription as the subject, also when the command didn't name it")
    func syncItem() throws {
        let item = try #require(Samples(operation: .syncEntitlements).all().first { $0.name == "entitlement" }).event
        #expect(item.routingKey == "sync-entitlements.entitlement")
        #expect(item.type == "orders.sync-entitlements.entitlement.v1")
        #expect(item.json["subject"] == "SUB-1001")
        #expect(item.json["data"]?["consumption"]?.elements?.count == 1)
    }

    @Test(
        "Times are written in UTC with milliseconds, before 1970 too",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-0.001, "1969-12-31T23:59:59.999Z"),
            (1_772_357_401.25, "2026-03-01T09:30:01.250Z"), (1e300, "9999-12-31T23:59:59.999Z"),
            (-1e300, "0001-01-01T00:00:00.000Z"), (.nan, "1970-01-01T00:00:00.000Z"),
        ] as [(Double, String)]
    )
    func times(seconds: Double, text: String) {
        let event = OutcomeEvent(
            id: "i",
            operation: .syncEntitlements,
            command: .init(source: "s", id: "c"),
            correlationID: "c",
            subscriptionID: nil,
            orderID: nil,
            time: Date(timeIntervalSince1970: seconds),
            content: .rejected(Rejection(.emsRefused, "m"), from: nil, nil)
        )
        #expect(event.json["time"]?.text == text)
    }

    @Test("Invariant 6: event ids are those that Python's uuid5 gives")
    func eventIDs() {
        let shop = CommandIdentity(source: "https://shop.example.com/orders", id: "order-1")
        #expect(EventID.outcome("succeeded", of: shop) == "972a8d65-3060-5248-a147-2174de276dcf")
        #expect(EventID.outcome("rejected", of: shop, round: 2) == "caef0458-8d9e-531b-a6ea-f69637feda18")
        let odd = CommandIdentity(source: "/shöp", id: "a\"b\\c\n")
        let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        #expect(EventID.outcome("dead-lettered", of: odd, suffix: hash) == "328a5834-9ecd-5b26-bf76-af15802c5228")
        let entitlement = "0b5c6a2e-8d1f-4f7e-9a3b-1c2d3e4f5a6b"
        #expect(
            EventID.outcome("entitlement", of: .init(source: "s", id: "i"), suffix: entitlement)
                == "ac8e7f26-b50f-5f96-a529-77c71882352f"
        )
    }
}
