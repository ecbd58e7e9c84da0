public import SubscriptionLifecycle

extension Snapshot {
    /// Reads what ``json`` wrote; members that it doesn't know are left alone, and those of a wrong kind refused.
    public init(json: JSON) throws(SchemaViolation) {
        let fields = try SavedFields(json)
        self.init(
            subscription: try fields.fields(ifPresent: "subscription")?.subscription(),
            lastVersion: try fields.version("lastVersion"),
            findings: try fields.fields(ifPresent: "findings")?.findings() ?? Findings()
        )
    }
}

extension SavedFields {
    fileprivate func subscription() throws(SchemaViolation) -> Subscription {
        Subscription(
            version: try version("version"),
            kind: try word("kind", Subscription.Kind.self),
            // Outcome events have it only where it is so.
            endsWithTerm: try flag(ifPresent: "endsWithTerm") ?? false,
            entitlement: try fields("entitlement").entitlement(externalID: try text("externalId"))
        )
    }

    private func entitlement(externalID: String) throws(SchemaViolation) -> Entitlement {
        var lines: [Entitlement.LineItem] = []
        for line in try list("lineItems") { lines.append(try line.lineItem()) }
        return Entitlement(
            entitlementID: try text("entitlementId"),
            externalID: externalID,
            state: try word("emsState", Entitlement.State.self),
            term: try term(),
            customer: try fields(ifPresent: "customer")?.party(),
            channelPartner: try fields(ifPresent: "channelPartner")?.party(),
            contactEmail: try fields(ifPresent: "contact")?.text(ifPresent: "email"),
            orderID: try text(ifPresent: "orderId"),
            purchaseOrder: try text(ifPresent: "purchaseOrder"),
            lineItems: lines,
            attributes: try texts(byName: "attributes")
        )
    }

    /// Far from where counting on would overflow.
    fileprivate func version(_ name: String) throws(SchemaViolation) -> Int { try count(name, in: 0...1_000_000_000) }

    private func quantity(_ name: String) throws(SchemaViolation) -> Int {
        try count(name, in: -1_000_000_000...1_000_000_000)
    }

    /// Without an `end` it never expires.
    private func term() throws(SchemaViolation) -> Entitlement.Term {
        let term = try fields("term")
        return Entitlement.Term(start: try term.date(ifPresent: "start"), end: try term.date(ifPresent: "end"))
    }

    private func party() throws(SchemaViolation) -> Entitlement.Party {
        Entitlement.Party(
            id: try text(ifPresent: "id"),
            identifier: try text(ifPresent: "identifier"),
            externalID: try text(ifPresent: "externalId"),
            name: try text(ifPresent: "name")
        )
    }

    private func lineItem() throws(SchemaViolation) -> Entitlement.LineItem {
        let product = try fields("product")
        return Entitlement.LineItem(
            // Somebody else's line may have any name.
            lineID: LineID(foreign: try text("lineId")),
            productKeyID: try text("productKeyId"),
            product: Entitlement.Product(
                id: try product.text(ifPresent: "id"),
                externalID: try product.text(ifPresent: "externalId"),
                identifier: try product.text(ifPresent: "identifier"),
                name: try product.text(ifPresent: "name"),
                version: try product.text(ifPresent: "version")
            ),
            quantity: try quantity("quantity"),
            available: try quantity("available"),
            state: try word("emsState", Entitlement.State.self),
            term: try term(),
            attributes: try texts(byName: "attributes")
        )
    }

    fileprivate func findings() throws(SchemaViolation) -> Findings {
        var findings = Findings(
            customer: try fields(ifPresent: "customer")?.partyFinding(),
            contact: try fields(ifPresent: "contact")?.partyFinding(),
            channelPartner: try fields(ifPresent: "channelPartner")?.partyFinding(),
            channelPartnerID: try text(ifPresent: "channelPartnerId")
        )
        for row in try list(ifPresent: "products") ?? [] {
            findings.products[try row.fields("product").product()] = .init(state: try row.text("state"))
        }
        return findings
    }

    private func product() throws(SchemaViolation) -> ProductReference {
        if let id = try text(ifPresent: "externalId") { return .externalID(id) }
        if let id = try text(ifPresent: "identifier") { return .identifier(id) }
        return .nameVersion(name: try text("name"), version: try text("version"))
    }

    private func partyFinding() throws(SchemaViolation) -> Findings.PartyFinding {
        switch try text("finding") {
        case "found": .found
        case "will-be-created": .willBeCreated
        case "missing": .missing(because: try text(ifPresent: "because") ?? "unknown")
        default: throw failure("finding", "must be found, will-be-created or missing")
        }
    }
}

extension Findings.ProductFinding {
    fileprivate init(state: String) {
        switch state {
        case Self.enabled.state: self = .enabled
        case Self.missing.state: self = .missing
        default: self = .notEnabled(state: state)
        }
    }
}
