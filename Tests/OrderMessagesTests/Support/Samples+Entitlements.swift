import OrderMessages
import SubscriptionLifecycle

extension Samples {
    static let entitlementID = "6f0e8b0a-5b55-4c1e-9a1f-2f6a1f0d7c11"

    /// What the command finds: a trial for a conversion, else a paid one.
    var subscription: Subscription {
        let isTrial = operation == .convertTrial
        return Subscription(
            version: 1,
            kind: isTrial ? .trial : .paid,
            endsWithTerm: false,
            entitlement: entitlement(end: isTrial ? LocalDate("2026-03-16") : LocalDate("2026-03-31"))
        )
    }

    private func entitlement(end: LocalDate?) -> Entitlement {
        let term = Entitlement.Term(start: LocalDate("2025-04-01"), end: end)
        let first = Entitlement.LineItem(
            lineID: LineID(foreign: "1"),
            productKeyID: "pk-1",
            product: .init(id: "p-1", externalID: "GC3040", identifier: "PRD-40", name: "Designer", version: "7.1"),
            quantity: 10,
            available: 4,
            state: .enabled,
            term: term,
            attributes: ["Region": "EMEA"]
        )
        let second = Entitlement.LineItem(
            lineID: LineID(foreign: "2"),
            productKeyID: "pk-2",
            product: .init(id: "p-2", name: "Viewer", version: "4.2"),
            quantity: 5,
            available: 5,
            state: .enabled,
            term: term
        )
        return Entitlement(
            entitlementID: Self.entitlementID,
            externalID: "SUB-1001",
            state: .enabled,
            term: term,
            customer: .init(id: "c-17", identifier: "CUSTOMER-17", externalID: "CUST-17", name: "Example Optics GmbH"),
            channelPartner: .init(identifier: "PARTNER-3"),
            contactEmail: "licences@optics.example.com",
            orderID: "SO-15001",
            purchaseOrder: "PO-78001",
            lineItems: [first, second],
            attributes: ["Order Type": operation == .convertTrial ? "Trial" : "Subscription", "Sales Channel": "Web"]
        )
    }
}

extension Decision {
    /// What EMS would hold afterwards.
    func result(on entitlement: Entitlement?) -> Entitlement {
        var result =
            entitlement
            ?? Entitlement(
                entitlementID: Samples.entitlementID,
                externalID: subscriptionID.description,
                state: .enabled,
                term: .init(start: nil, end: nil),
                lineItems: []
            )
        for change in changes { result.apply(change) }
        return result
    }
}

extension Entitlement {
    fileprivate mutating func apply(_ change: Change) {
        switch (change.field, change.target) {
        case (.state, .text(let text)): state = State(rawValue: text) ?? state
        case (.termStart, .date(let day)): term.start = day
        case (.termEnd, .date(let day)): term.end = day
        case (.orderID, .text(let text)): orderID = text
        case (.purchaseOrder, .text(let text)): purchaseOrder = text
        case (.attribute(let name), .text(let text)): attributes[name] = text
        case (.line, .line(let draft)): lineItems.append(LineItem(draft))
        case (.lineState(let id), .text(let text)): changeLine(id) { $0.state = State(rawValue: text) ?? $0.state }
        case (.lineStart(let id), .date(let day)): changeLine(id) { $0.term.start = day }
        case (.lineEnd(let id), .date(let day)): changeLine(id) { $0.term.end = day }
        case (.lineQuantity(let id), .count(let quantity)):
            changeLine(id) {
                $0.available += quantity - $0.quantity
                $0.quantity = quantity
            }
        case (_, _): break
        }
    }

    private mutating func changeLine(_ id: LineID, _ body: (inout LineItem) -> Void) {
        for index in lineItems.indices where lineItems[index].lineID == id { body(&lineItems[index]) }
    }
}

extension Entitlement.LineItem {
    fileprivate init(_ draft: LineItemDraft) {
        let product: Entitlement.Product =
            switch draft.item.product {
            case .externalID(let id): .init(externalID: id)
            case .identifier(let id): .init(identifier: id)
            case .nameVersion(let name, let version): .init(name: name, version: version)
            }
        self.init(
            lineID: draft.item.lineID,
            productKeyID: "pk-\(draft.item.lineID)",
            product: product,
            quantity: draft.item.quantity,
            available: draft.item.quantity,
            state: .enabled,
            term: draft.term,
            attributes: draft.item.attributes
        )
    }
}
