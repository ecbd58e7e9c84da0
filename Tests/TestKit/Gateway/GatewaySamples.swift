public import OrderFulfilment
import OrderMessages
public import SubscriptionLifecycle

/// Decisions that tests of gateways and of the line make use of.
public enum GatewaySamples {
    /// A command of a shop.
    public static let context = ApplyContext(
        identity: CommandIdentity(source: "/shop", id: "cmd-1"),
        requestedBy: "clerk@example.com",
        reason: "ordered on the phone"
    )

    /// A customer with a name and a contact.
    public static let customer = CustomerReference(
        key: .externalID("CUST-1"),
        name: "Acme & Sons",
        contact: CustomerReference.Contact(email: "ann+lab@example.com", name: "Ann")
    )

    /// A name that is known to be one.
    public static func id(_ text: String) -> SubscriptionID { known(SubscriptionID(text), text) }

    /// A line's name that is known to be one.
    public static func line(_ text: String) -> LineID { known(LineID(text), text) }

    /// A day that is known to be one.
    public static func day(_ text: String) -> LocalDate { known(LocalDate(text), text) }

    /// Two lines, for the year 2026.
    public static func draft() -> EntitlementDraft {
        EntitlementDraft(
            customer: customer,
            channelPartner: .identifier("PARTNER-1"),
            term: Entitlement.Term(start: day("2026-01-01"), end: day("2026-12-31")),
            lineItems: [
                NewLineItem(lineID: line("1"), product: .externalID("GC3040"), quantity: 10),
                NewLineItem(lineID: line("2"), product: .externalID("GC3041"), quantity: 5, attributes: ["Item": "A"]),
            ],
            attributes: ["Order Type": "Subscription", "Order Number": "1001"],
            orderID: "SO-1",
            purchaseOrder: "PO-1"
        )
    }

    /// Creates ``draft()``, or another.
    public static func creation(_ id: String = "SUB-1", _ draft: EntitlementDraft = draft()) -> Decision {
        decision(.createSubscription, id, from: .absent, .create(draft))
    }

    /// Changes fields of the sample.
    public static func update(_ changes: [Change], of id: String = "SUB-1") -> Decision {
        decision(.renewSubscription, id, from: .active, .update(changes))
    }

    /// Closes the sample.
    public static func closing(_ id: String = "SUB-1") -> Decision {
        decision(
            .cancelSubscription,
            id,
            from: .active,
            .close(Change(.state, from: .text("ENABLE"), to: .text("CLOSED")))
        )
    }

    /// Adds one line, as an upsell does.
    public static func added(_ name: String, product: String = "GC3042", quantity: Int = 3) -> Change {
        let item = NewLineItem(lineID: line(name), product: .externalID(product), quantity: quantity)
        let term = Entitlement.Term(start: day("2026-06-01"), end: day("2027-12-31"))
        return Change(.line(line(name)), from: nil, to: .line(LineItemDraft(item: item, term: term)))
    }

    /// A next term with everything that an upsell or a reduced tier may bring: dates, references, a mark, quantities
    /// up and down by line, one line more.
    public static func everything() -> [Change] {
        [
            Change(.termEnd, from: .date(day("2026-12-31")), to: .date(day("2027-12-31"))),
            Change(.lineEnd(line("1")), from: .date(day("2026-12-31")), to: .date(day("2027-12-31"))),
            Change(.orderID, from: .text("SO-1"), to: .text("SO-2")),
            Change(.purchaseOrder, from: .text("PO-1"), to: .text("PO-2")),
            Change(.attribute("Ends With Term"), from: nil, to: .text("true")),
            Change(.lineState(line("2")), from: .text("ENABLE"), to: .text("DISABLE")),
            Change(.lineQuantity(line("1")), from: .count(10), to: .count(14)),
            added("3"),
        ]
    }

    private static func decision(
        _ operation: OrderOperation,
        _ id: String,
        from state: SubscriptionState,
        _ plan: Decision.Plan
    ) -> Decision {
        let next: SubscriptionState = if case .close = plan { .cancelled } else { .active }
        return Decision(
            operation: operation,
            subscriptionID: self.id(id),
            baseVersion: state == .absent ? 0 : 1,
            previousState: state,
            state: next,
            kind: .paid,
            endsWithTerm: false,
            plan: plan
        )
    }

    private static func known<Value>(_ value: Value?, _ text: String) -> Value {
        guard let value else { fatalError("\"\(text)\" in a test is not what it should be") }
        return value
    }
}
