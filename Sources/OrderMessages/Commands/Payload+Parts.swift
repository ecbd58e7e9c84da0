import SubscriptionLifecycle

extension Payload {
    func newSubscription() throws(SchemaViolation) -> NewSubscription {
        let customer = try payload("customer")
        return NewSubscription(
            customer: CustomerReference(
                key: try customer.customerKey(),
                name: customer.text(ifPresent: "name"),
                contact: try customer.payload(ifPresent: "contact")?.contact()
            ),
            channelPartner: try payload(ifPresent: "channelPartner")?.channelPartner(),
            attributes: texts(byName: "attributes"),
            autoRenew: flag(ifPresent: "autoRenew")
        )
    }

    func customerKey() throws(SchemaViolation) -> CustomerReference.Key {
        if let id = text(ifPresent: "externalId") { return .externalID(id) }
        if let id = text(ifPresent: "identifier") { return .identifier(id) }
        return .id(try text("id"))
    }

    private func contact() throws(SchemaViolation) -> CustomerReference.Contact {
        CustomerReference.Contact(email: try text("email"), name: text(ifPresent: "name"))
    }

    private func channelPartner() throws(SchemaViolation) -> ChannelPartnerReference {
        if let id = text(ifPresent: "externalId") { return .externalID(id) }
        return .identifier(try text("identifier"))
    }

    /// The one of `end`, `months` and `days` that is there.
    func length() throws(SchemaViolation) -> TermLength {
        if let end = try date(ifPresent: "end") { return .until(end) }
        if let months = count(ifPresent: "months") { return .months(months) }
        return .days(try count("days"))
    }

    func newLineItems(_ name: String) throws(SchemaViolation) -> [NewLineItem] {
        var items: [NewLineItem] = []
        for item in payloads(ifPresent: name) { items.append(try item.newLineItem()) }
        return items
    }

    private func newLineItem() throws(SchemaViolation) -> NewLineItem {
        NewLineItem(
            lineID: try lineID("lineId"),
            product: try payload("product").product(),
            quantity: try count("quantity"),
            attributes: texts(byName: "attributes")
        )
    }

    func product() throws(SchemaViolation) -> ProductReference {
        if let id = text(ifPresent: "externalId") { return .externalID(id) }
        if let id = text(ifPresent: "identifier") { return .identifier(id) }
        return .nameVersion(name: try text("name"), version: try text("version"))
    }

    func lineItemChanges() throws(SchemaViolation) -> LineItemChanges {
        var changes = LineItemChanges(add: try newLineItems("add"))
        for text in texts(ifPresent: "remove") {
            guard let id = LineID(text) else { throw failure("remove", "must hold line ids") }
            changes.remove.append(id)
        }
        for item in payloads(ifPresent: "change") {
            changes.change.append(
                LineItemChanges.Quantity(lineID: try item.lineID("lineId"), quantity: try item.count("quantity"))
            )
        }
        return changes
    }
}
