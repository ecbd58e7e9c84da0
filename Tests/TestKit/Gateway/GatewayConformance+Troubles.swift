import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

extension GatewayConformance {
    static let troubles: [Check] = [
        Check("a creation whose answer is lost is not made twice") { world in
            let log = InMemoryIntentLog()
            try await world.loseAnswerOfNextWrite()
            let held = try await applyPersistently(GatewaySamples.creation(), in: world, intents: log)
            try expectEqual(held.lineItems.map(\.quantity), [10, 5], "quantities")
            try expectEqual(await log.intents.count, 1, "intents")
        },
        Check("a quantity whose answer is lost is not added twice") { world in
            try await create(in: world)
            let log = InMemoryIntentLog()
            try await world.loseAnswerOfNextWrite()
            let held = try await applyPersistently(
                GatewaySamples.update(GatewaySamples.everything()),
                in: world,
                intents: log
            )
            try expectEqual(held.line(GatewaySamples.line("1"))?.quantity, 14, "quantity of line 1")
            try expectEqual(held.lineItems.count, 3, "lines")
            try expectEqual(await log.intents.count, 1, "intents")
        },
        Check("a write that failed is made by the next attempt") { world in
            try await create(in: world)
            let decision = GatewaySamples.update(GatewaySamples.everything())
            let log = InMemoryIntentLog()
            try await world.failNextWrite()
            let failure = try await failure(of: decision, in: world, intents: log)
            guard case .transient = failure else {
                throw Violation(description: "a transient failure was expected, not \(failure)")
            }
            let held = try await world.gateway.apply(decision, in: GatewaySamples.context, intents: log)
            try expectEqual(held.line(GatewaySamples.line("1"))?.quantity, 14, "quantity of line 1")
        },
        Check("without a durable intent nothing is created") { world in
            let log = InMemoryIntentLog()
            await log.fail(with: .unavailable("disk full"))
            let failure = try await failure(of: GatewaySamples.creation(), in: world, intents: log)
            guard case .transient = failure else {
                throw Violation(description: "a transient failure was expected, not \(failure)")
            }
            try expectEqual(try await world.gateway.entitlement(of: GatewaySamples.id("SUB-1")), nil, "what is held")
        },
        Check("one subscription is created once by many at the same time for one new customer") { world in
            try await withThrowingTaskGroup { group in
                for number in 1...8 {
                    group.addTask { try await create(in: world, "SUB-\(number)").customer?.id }
                }
                var customers = Set<String?>()
                for try await customer in group { customers.insert(customer) }
                try expectEqual(customers.count, 1, "customers")
            }
        },
    ]

    static let reads: [Check] = [
        Check("what isn't there is nil") { world in
            try expectEqual(try await world.gateway.entitlement(of: GatewaySamples.id("SUB-1")), nil, "by name")
            try expectEqual(try await world.gateway.entitlement(withID: "none"), nil, "by id")
        },
        Check("a name is not taken for one that begins alike") { world in
            try await create(in: world, "SUB-10")
            try expectEqual(try await world.gateway.entitlement(of: GatewaySamples.id("SUB-1")), nil, "by name")
        },
        Check("finds an entitlement by its id") { world in
            let created = try await create(in: world)
            let found = try await world.gateway.entitlement(withID: created.entitlementID)
            try expectEqual(found, created, "by id")
        },
        Check("finds what a creation names") { world in
            let lines = ["GC3040", "GC3090", "GC9999"].enumerated().map { index, product in
                NewLineItem(lineID: GatewaySamples.line("\(index)"), product: .externalID(product), quantity: 1)
            }
            func findings(
                _ customer: CustomerReference,
                _ partner: ChannelPartnerReference?
            ) async throws -> Findings {
                let details = NewSubscription(customer: customer, channelPartner: partner)
                let trial = StartTrial(details: details, start: nil, days: 30, lineItems: lines)
                let command = ChangeCommand(subscriptionID: GatewaySamples.id("SUB-1"), action: .startTrial(trial))
                return try await world.gateway.findings(for: command)
            }
            let first = try await findings(GatewaySamples.customer, .externalID("CP-1"))
            try expectEqual(first.products[.externalID("GC3040")], .enabled, "enabled product")
            try expectEqual(first.products[.externalID("GC3090")], .notEnabled(state: "DRAFT"), "draft product")
            try expectEqual(first.products[.externalID("GC9999")], .missing, "unknown product")
            try expectEqual(first.customer, .willBeCreated, "new customer")
            try expectEqual(first.channelPartner, .found, "partner")
            let nameless = try await findings(CustomerReference(key: .externalID("CUST-1")), .identifier("NOBODY"))
            guard case .missing = nameless.customer, case .missing = nameless.channelPartner else {
                throw Violation(description: "customer and partner should be missing: \(nameless)")
            }
            try await create(in: world)
            let known = try await findings(CustomerReference(key: .externalID("CUST-1")), nil)
            try expectEqual(known.customer, .found, "known customer")
        },
        Check("searches by name and by customer, each once") { world in
            for number in 1...3 { try await create(in: world, "SUB-\(number)") }
            var draft = GatewaySamples.draft()
            draft.customer = CustomerReference(key: .externalID("CUST-2"), name: "Other")
            _ = try await world.gateway.apply(
                GatewaySamples.creation("SUB-4", draft),
                in: GatewaySamples.context,
                intents: InMemoryIntentLog()
            )
            try expectEqual(
                try await names(EntitlementFilter(), in: world),
                ["SUB-1", "SUB-2", "SUB-3", "SUB-4"],
                "all"
            )
            try expectEqual(
                try await names(EntitlementFilter(customer: .externalID("CUST-2")), in: world),
                ["SUB-4"],
                "by customer"
            )
            try expectEqual(
                try await names(EntitlementFilter(customer: .externalID("NOBODY")), in: world),
                [],
                "by unknown customer"
            )
            let some = EntitlementFilter(subscriptionIDs: ["SUB-2", "SUB-9", "SUB-3"].map(GatewaySamples.id))
            try expectEqual(try await names(some, in: world), ["SUB-2", "SUB-3"], "by name")
            let both = EntitlementFilter(
                customer: .externalID("CUST-2"),
                subscriptionIDs: ["SUB-1", "SUB-4"].map(GatewaySamples.id)
            )
            try expectEqual(try await names(both, in: world), ["SUB-4"], "by name and customer")
            let recent = EntitlementFilter(modifiedSince: GatewaySamples.day("2020-01-01"))
            try expectEqual(try await names(recent, in: world).count, 4, "since")
        },
        Check("tells activations, and what is left of the line") { world in
            let created = try await create(in: world)
            let key = created.lineItems[0].productKeyID
            try expectEqual(try await world.gateway.activations(of: created.entitlementID), [], "none yet")
            try await world.activate(4, ofProductKey: key, on: GatewaySamples.id("SUB-1"))
            let activations = try await world.gateway.activations(of: created.entitlementID)
            try expectEqual(activations.map(\.quantity), [4], "quantities")
            try expectEqual(activations.map(\.productKeyID), [key], "product keys")
            let held = try await world.gateway.entitlement(of: GatewaySamples.id("SUB-1"))
            try expectEqual(held?.lineItems[0].available, 6, "available")
        },
        Check("plans calls without making them") { world in
            let planned = world.gateway.plannedCalls(
                for: GatewaySamples.creation(),
                in: GatewaySamples.context,
                on: Snapshot(subscription: nil)
            )
            try expectEqual(planned.map(\.method), ["POST"], "methods")
            try expectEqual(try await world.gateway.entitlement(of: GatewaySamples.id("SUB-1")), nil, "what is held")
        },
        Check("is available") { world in try await world.gateway.availability() },
    ]

    private static func names(_ filter: EntitlementFilter, in world: any GatewayWorld) async throws -> [String] {
        let found = Collected()
        try await world.gateway.search(filter) { await found.add($0) }
        return await found.names.sorted()
    }

    private actor Collected {
        var names: [String] = []
        func add(_ page: [Entitlement]) { names += page.map(\.externalID) }
    }
}
