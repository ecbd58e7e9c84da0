import OrderMessages
import SubscriptionLifecycle
import Testing

@Suite("Translating commands")
struct TranslatorTests {
    @Test(
        "Every operation is understood, minimal and full, and both modes say the same",
        arguments: OrderOperation.allCases
    )
    func bothModes(operation: OrderOperation) throws {
        for name in ["minimal", "full"] {
            let event = try Examples.command(operation, name)
            let structured = try Messages.translate(Messages.structured(event), from: operation).get()
            let binary = try Messages.translate(Messages.binary(event), from: operation).get()
            #expect(structured == binary)
            #expect(structured.operation == operation)
            #expect(structured.envelope.type == event["type"]?.text)
            if case .change(let change) = structured.command { #expect(change.operation == operation) }
        }
    }

    @Test("A full creation arrives complete")
    func creation() throws {
        let event = try Examples.command(.createSubscription, "full")
        let order = try Messages.translate(Messages.structured(event), from: .createSubscription).get()
        let create = CreateSubscription(
            details: NewSubscription(
                customer: CustomerReference(
                    key: .externalID("CUST-17"),
                    name: "Example Optics GmbH",
                    contact: .init(email: "licences@optics.example.com", name: "Kim Lee")
                ),
                channelPartner: .identifier("PARTNER-3"),
                attributes: ["Sales Channel": "Web"],
                autoRenew: true
            ),
            start: try #require(LocalDate("2026-03-01")),
            length: .until(try #require(LocalDate("2027-02-28"))),
            lineItems: [
                NewLineItem(
                    lineID: try #require(LineID("1")),
                    product: .externalID("GC3040"),
                    quantity: 10,
                    attributes: ["Region": "EMEA"]
                ),
                NewLineItem(
                    lineID: try #require(LineID("2")),
                    product: .nameVersion(name: "Viewer", version: "4.2"),
                    quantity: 5
                ),
            ]
        )
        let change = ChangeCommand(
            subscriptionID: try #require(SubscriptionID("SUB-1001")),
            orderID: "SO-15865",
            purchaseOrder: "PO-78521",
            requestedBy: "jane@shop.example.com",
            reason: "First order",
            expectedVersion: 0,
            action: .create(create)
        )
        #expect(order.command == .change(change))
        let envelope = Envelope(
            identity: CommandIdentity(source: "https://shop.example.com/orders", id: "order-2"),
            type: "orders.create-subscription.v1",
            time: "2026-03-01T09:30:00Z",
            correlationID: "quote-7731",
            traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            tracestate: "shop=1"
        )
        #expect(order.envelope == envelope)
    }

    @Test("The changes of a conversion, a tier and a cancellation arrive as they are")
    func changes() throws {
        func action(_ operation: OrderOperation) throws -> ChangeCommand.Action? {
            let event = try Examples.command(operation, "full")
            guard
                case .change(let change) = try Messages.translate(Messages.structured(event), from: operation).get()
                    .command
            else { return nil }
            return change.action
        }
        let lines = try ["1", "2", "3"].map { try #require(LineID($0)) }
        let added = NewLineItem(lineID: lines[2], product: .identifier("GC3041"), quantity: 2)
        let all = LineItemChanges(add: [added], remove: [lines[1]], change: [.init(lineID: lines[0], quantity: 20)])
        let start = LocalDate("2026-03-15")
        #expect(try action(.convertTrial) == .convert(ConvertTrial(start: start, length: .months(12), lineItems: all)))
        let less = LineItemChanges(remove: [lines[1]], change: [.init(lineID: lines[0], quantity: 8)])
        #expect(try action(.renewWithReducedTier) == .reduce(Renewal(length: .days(365)), less))
        #expect(try action(.cancelSubscription) == .cancel(.endOfTerm))
        #expect(try action(.renewSubscription) == .renew(Renewal(length: .until(#require(LocalDate("2028-02-29"))))))
    }

    @Test("Reads arrive as they are")
    func reads() throws {
        let view = try Messages.translate(
            Messages.structured(Examples.command(.viewEntitlement, "full")),
            from: .viewEntitlement
        )
        let id = try #require(SubscriptionID("SUB-1001"))
        #expect(try view.get().command == .view(ViewEntitlement(key: .subscription(id), includesConsumption: true)))
        let byEntitlement = try Examples.command(.viewEntitlement, "minimal").setting(
            ["data"],
            ["entitlementId": "e-1"]
        )
        #expect(
            Messages.translate(Messages.structured(byEntitlement), from: .viewEntitlement).success?.command
                == .view(ViewEntitlement(key: .entitlement("e-1")))
        )
        let sync = try Messages.translate(
            Messages.structured(Examples.command(.syncEntitlements, "full")),
            from: .syncEntitlements
        )
        let expected = SyncEntitlements(
            customer: .identifier("CUST-17"),
            modifiedSince: LocalDate("2026-02-01"),
            states: [.active, .lapsed],
            subscriptionIDs: ["SUB-1001", "SUB-1002"].compactMap { SubscriptionID($0) },
            includesConsumption: true
        )
        #expect(try sync.get().command == .sync(expected))
    }

    @Test("Properties stand in for headers in binary mode")
    func properties() throws {
        var message = WireMessage(
            contentType: "Application/JSON",
            body: (Messages.renewal["data"] ?? .null).compactBytes
        )
        message.messageID = "order-1"
        message.appID = "https://shop.example.com/orders"
        message.type = "orders.renew-subscription.v1"
        message.timestamp = 1_772_357_400
        let order = try Messages.translate(message).get()
        #expect(order.envelope.time == "2026-03-01T09:30:00Z")
        message.timestamp = nil
        #expect(
            try Messages.translate(message).get() == Messages.translate(Messages.structured(Messages.renewal)).get()
        )
        message.headers["cloudEvents:id"] = "from-header"
        #expect(try Messages.translate(message).get().envelope.identity.id == "from-header")
    }

    @Test("Without a content type, and with null attributes and extensions, an event in structured mode is understood")
    func tolerance() throws {
        var message = Messages.structured(Messages.renewal.setting(["subject"], .null).setting(["partitionkey"], "7"))
        message.contentType = nil
        #expect(
            try Messages.translate(message).get() == Messages.translate(Messages.structured(Messages.renewal)).get()
        )
    }

    @Test("The correlation is the attribute, else the property, else the id")
    func correlation() throws {
        var message = Messages.structured(Messages.renewal)
        #expect(try Messages.translate(message).get().envelope.correlationID == "order-1")
        message.correlationID = "property"
        #expect(try Messages.translate(message).get().envelope.correlationID == "property")
        message.body = Messages.renewal(["correlationid"], "attribute").compactBytes
        #expect(try Messages.translate(message).get().envelope.correlationID == "attribute")
    }

    @Test("A trace context comes from attribute or header, and a broken one costs no order")
    func traces() throws {
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
        var message = Messages.structured(Messages.renewal(["traceparent"], "broken"))
        #expect(try Messages.translate(message).get().envelope.traceparent == nil)
        message.headers = ["traceparent": parent, "tracestate": "a=1"]
        let envelope = try Messages.translate(message).get().envelope
        #expect(envelope.traceparent == parent && envelope.tracestate == "a=1")
    }

    @Test("A dry run is told by a boolean, or by its text in a header, and looks at no expected version")
    func dryRun() throws {
        let event = Messages.renewal(["dryrun"], true).setting(["data", "expectedVersion"], 3)
        for message in [Messages.structured(event), Messages.binary(event)] {
            let order = try Messages.translate(message).get()
            #expect(order.envelope.isDryRun)
            guard case .change(let change) = order.command else { throw Unexpected() }
            #expect(change.expectedVersion == nil)
        }
    }

    private struct Unexpected: Error {}

    @Test("The fingerprint is of type and data alone, in whatever order and notation data is written")
    func fingerprint() throws {
        let expected = "bf4de47b6d410da4c58b5dc5aa6f3a1fd1a5844c265b82d80a04ce7bf40f7825"
        let other = Messages.renewal(["id"], "order-2").setting(["time"], "2026-03-01T00:00:00Z")
            .setting(["data"], ["term": ["months": .number(12)], "subscriptionId": "SUB-1001"])
        #expect(try Messages.translate(Messages.structured(Messages.renewal)).get().fingerprint == expected)
        #expect(try Messages.translate(Messages.structured(other)).get().fingerprint == expected)
        let thirteen = Messages.renewal(["data", "term", "months"], 13)
        #expect(try Messages.translate(Messages.structured(thirteen)).get().fingerprint != expected)
    }

    @Test("What only the lifecycle can judge is translated: a line id twice, an end before its start")
    func noSchemaCanTell() throws {
        let event = try Examples.command(.createSubscription, "minimal")
        let line = try #require(event["data"]?["lineItems"]?.elements?.first)
        let twice = event.setting(["data", "lineItems"], [line, line]).setting(
            ["data", "term"],
            ["start": "2026-03-01", "end": "2020-01-01"]
        )
        #expect(Messages.translate(Messages.structured(twice), from: .createSubscription).failure == nil)
    }

    @Test("Peeking reads identity and operation of what isn't understood")
    func peek() {
        let translator = Translator()
        let peeked = translator.peek(
            Messages.structured(Messages.renewal(["data"], nil).setting(["type"], "orders.start-trial.v9"))
        )
        #expect(peeked.identity == CommandIdentity(source: "https://shop.example.com/orders", id: "order-1"))
        #expect(peeked.operation == .startTrial)
        var binary = Messages.binary(Messages.renewal)
        binary.body = [0xFF]
        #expect(translator.peek(binary).identity?.id == "order-1")
        #expect(translator.peek(WireMessage(body: [0xFF])).identity == nil)
    }
}
