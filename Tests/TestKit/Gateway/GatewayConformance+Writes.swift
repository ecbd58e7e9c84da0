import OrderFulfilment
import SubscriptionLifecycle

extension GatewayConformance {
    static let creations: [Check] = [
        Check("creates what was decided, and answers with it") { world in
            let answered = try await create(in: world)
            let held = try unwrap(
                try await world.gateway.entitlement(of: GatewaySamples.id("SUB-1")),
                "the entitlement"
            )
            try expectEqual(held, answered, "what is held")
            try expectEqual(held.externalID, "SUB-1", "external id")
            try expectEqual(held.state, .enabled, "state")
            try expectEqual(held.term, GatewaySamples.draft().term, "term")
            try expectEqual(held.customer?.externalID, "CUST-1", "customer")
            try expectEqual(held.customer?.name, "Acme & Sons", "customer's name")
            try expectEqual(held.contactEmail, "ann+lab@example.com", "contact")
            try expectEqual(held.channelPartner?.identifier, "PARTNER-1", "partner")
            try expectEqual(held.orderID, "SO-1", "order id")
            try expectEqual(held.purchaseOrder, "PO-1", "purchase order")
            try expectEqual(held.attributes["Order Type"], "Subscription", "mark")
            try expectEqual(held.attributes["Order Number"], "1001", "attribute")
            try expectEqual(held.lineItems.map(\.lineID.description), ["1", "2"], "lines")
            try expectEqual(held.lineItems.map(\.quantity), [10, 5], "quantities")
            try expectEqual(held.lineItems.map(\.available), [10, 5], "available")
            try expectEqual(held.lineItems.map(\.product.externalID), ["GC3040", "GC3041"], "products")
            try expectEqual(Set(held.lineItems.map(\.term)), [GatewaySamples.draft().term], "terms of lines")
            try expectEqual(held.lineItems[1].attributes, ["Item": "A"], "attributes of a line")
        },
        Check("creating again what is there the same changes nothing") { world in
            let first = try await create(in: world)
            try expectEqual(try await create(in: world), first, "the second answer")
        },
        Check("does not touch somebody else's entitlement of the same name") { world in
            let first = try await create(in: world)
            var draft = GatewaySamples.draft()
            draft.orderID = "SO-OTHER"
            let failure = try await failure(of: GatewaySamples.creation("SUB-1", draft), in: world)
            guard case .conflict(let observed, applied: [], missing: _) = failure else {
                throw Violation(description: "a conflict with nothing applied was expected, not \(failure)")
            }
            try expectEqual(observed["orderId"], .text("SO-1"), "observed")
            try expectEqual(try await world.gateway.entitlement(of: GatewaySamples.id("SUB-1")), first, "what is held")
        },
        Check("refuses a product that is not enabled, and leaves nothing") { world in
            var draft = GatewaySamples.draft()
            draft.lineItems[0].product = .externalID("GC3090")
            let failure = try await failure(of: GatewaySamples.creation("SUB-1", draft), in: world)
            guard case .refused(let refusal, applied: [], missing: let missing) = failure else {
                throw Violation(description: "a refusal with nothing applied was expected, not \(failure)")
            }
            try expectEqual(refusal.status, 400, "status")
            try expect(!missing.isEmpty, "what is missing should be told")
            try expectEqual(try await world.gateway.entitlement(of: GatewaySamples.id("SUB-1")), nil, "what is held")
        },
    ]

    static let updates: [Check] = [
        Check("changes all kinds of fields, and nothing else") { world in
            let before = try await create(in: world)
            let after = try await world.gateway.apply(
                GatewaySamples.update(GatewaySamples.everything()),
                in: GatewaySamples.context,
                intents: InMemoryIntentLog()
            )
            try expectEqual(try await world.gateway.entitlement(of: GatewaySamples.id("SUB-1")), after, "what is held")
            try expectEqual(after.entitlementID, before.entitlementID, "id")
            try expectEqual(after.term.end, GatewaySamples.day("2027-12-31"), "end")
            try expectEqual(after.term.start, before.term.start, "start")
            try expectEqual(after.orderID, "SO-2", "order id")
            try expectEqual(after.purchaseOrder, "PO-2", "purchase order")
            try expectEqual(after.attributes["Ends With Term"], "true", "mark")
            try expectEqual(after.attributes["Order Number"], "1001", "untouched attribute")
            let first = try unwrap(after.line(GatewaySamples.line("1")), "line 1")
            try expectEqual(first.quantity, 14, "quantity of line 1")
            try expectEqual(first.term.end, GatewaySamples.day("2027-12-31"), "end of line 1")
            let second = try unwrap(after.line(GatewaySamples.line("2")), "line 2")
            try expectEqual(second.state, .disabled, "state of line 2")
            try expectEqual(second.term.end, GatewaySamples.day("2026-12-31"), "end of line 2")
            let third = try unwrap(after.line(GatewaySamples.line("3")), "line 3")
            try expectEqual(third.quantity, 3, "quantity of line 3")
            try expectEqual(third.product.externalID, "GC3042", "product of line 3")
            try expectEqual(after.lineItems.count, 3, "lines")
        },
        Check("applying again what is true already changes nothing") { world in
            try await create(in: world)
            let decision = GatewaySamples.update(GatewaySamples.everything())
            let log = InMemoryIntentLog()
            let first = try await world.gateway.apply(decision, in: GatewaySamples.context, intents: log)
            let second = try await world.gateway.apply(decision, in: GatewaySamples.context, intents: log)
            try expectEqual(second, first, "the second answer")
        },
        Check("goes on where somebody has made half of it true") { world in
            try await create(in: world)
            try await world.setEnd(GatewaySamples.day("2027-12-31"), of: GatewaySamples.id("SUB-1"))
            let after = try await world.gateway.apply(
                GatewaySamples.update(GatewaySamples.everything()),
                in: GatewaySamples.context,
                intents: InMemoryIntentLog()
            )
            try expectEqual(after.line(GatewaySamples.line("1"))?.quantity, 14, "quantity of line 1")
        },
        Check("lowers a quantity") { world in
            try await create(in: world)
            let change = Change(.lineQuantity(GatewaySamples.line("1")), from: .count(10), to: .count(4))
            let after = try await world.gateway.apply(
                GatewaySamples.update([change]),
                in: GatewaySamples.context,
                intents: InMemoryIntentLog()
            )
            try expectEqual(after.line(GatewaySamples.line("1"))?.quantity, 4, "quantity")
            try expectEqual(after.line(GatewaySamples.line("1"))?.available, 4, "available")
        },
        Check("nothing to change answers with what is there") { world in
            let before = try await create(in: world)
            let after = try await world.gateway.apply(
                GatewaySamples.update([]),
                in: GatewaySamples.context,
                intents: InMemoryIntentLog()
            )
            try expectEqual(after, before, "the answer")
        },
        Check("closes, and closing again changes nothing") { world in
            try await create(in: world)
            for _ in 0..<2 {
                let after = try await world.gateway.apply(
                    GatewaySamples.closing(),
                    in: GatewaySamples.context,
                    intents: InMemoryIntentLog()
                )
                try expectEqual(after.state, .closed, "state")
            }
        },
    ]

    static let conflicts: [Check] = [
        Check("a field that somebody else changed is a conflict, and nothing is written") { world in
            try await create(in: world)
            try await world.setEnd(GatewaySamples.day("2030-01-31"), of: GatewaySamples.id("SUB-1"))
            let before = try await world.gateway.entitlement(of: GatewaySamples.id("SUB-1"))
            let changes = GatewaySamples.everything()
            let failure = try await failure(of: GatewaySamples.update(changes), in: world)
            guard case .conflict(let observed, applied: [], missing: let missing) = failure else {
                throw Violation(description: "a conflict with nothing applied was expected, not \(failure)")
            }
            try expectEqual(observed, ["term.end": .date(GatewaySamples.day("2030-01-31"))], "observed")
            try expectEqual(Set(missing.map(\.field)), Set(changes.map(\.field)), "missing")
            try expectEqual(try await world.gateway.entitlement(of: GatewaySamples.id("SUB-1")), before, "what is held")
        },
        Check("an entitlement that is gone is a conflict") { world in
            let failure = try await failure(of: GatewaySamples.update(GatewaySamples.everything()), in: world)
            guard case .conflict(observed: _, applied: [], missing: _) = failure else {
                throw Violation(description: "a conflict with nothing applied was expected, not \(failure)")
            }
        },
        Check("a line that can't be added is refused, and nothing is written") { world in
            let before = try await create(in: world)
            var changes = GatewaySamples.everything()
            changes[7] = GatewaySamples.added("3", product: "GC3090")
            let failure = try await failure(of: GatewaySamples.update(changes), in: world)
            guard case .refused(_, applied: [], missing: _) = failure else {
                throw Violation(description: "a refusal with nothing applied was expected, not \(failure)")
            }
            try expectEqual(try await world.gateway.entitlement(of: GatewaySamples.id("SUB-1")), before, "what is held")
        },
    ]
}
