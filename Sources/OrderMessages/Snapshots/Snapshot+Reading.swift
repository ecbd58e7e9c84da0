public import SubscriptionLifecycle

extension Snapshot {
    /// Reads what ``json`` wrote; members that it doesn't know are left alone.
    public init(json: JSON) throws(SchemaViolation) {
        guard case .object(let object) = json else { throw SchemaViolation("must be an object, is \(json.kind)") }
        let fields = Payload(object: object, path: JSONPath())
        self.init(
            subscription: try fields.payload(ifPresent: "subscription")?.subscription(),
            lastVersion: try fields.version("lastVersion"),
            findings: try fields.payload(ifPresent: "findings")?.findings() ?? Findings()
        )
    }
}

extension Payload {
    fileprivate func subscription() throws(SchemaViolation) -> Subscription {
        guard let kind = try word(ifPresent: "kind", Subscription.Kind.self) else {
            throw failure("kind", "is required")
        }
        return Subscription(
            version: try version("version"),
            kind: kind,
            endsWithTerm: flag(ifPresent: "endsWithTerm") ?? false,
            entitlement: try payload("entitlement").entitlement(externalID: try text("externalId"))
        )
    }

    private func entitlement(externalID: String) throws(SchemaViolation) -> Entitlement {
        var lines: [Entitlement.LineItem] = []
        for line in payloads(ifPresent: "lineItems") { lines.append(try line.lineItem()) }
        return Entitlement(
            entitlementID: try text("entitlementId"),
            externalID: externalID,
            state: try emsState(),
            term: try term(),
            customer: payload(ifPresent: "customer")?.party(),
            channelPartner: payload(ifPresent: "channelPartner")?.party(),
            contactEmail: payload(ifPresent: "contact")?.text(ifPresent: "email"),
            orderID: text(ifPresent: "orderId"),
            purchaseOrder: text(ifPresent: "purchaseOrder"),
            lineItems: lines,
            attributes: texts(byName: "attributes")
        )
    }

    /// Far from where counting on would overflow.
    fileprivate func version(_ name: String) throws(SchemaViolation) -> Int { try count(name, in: 0...1_000_000_000) }

    private func quantity(_ name: String) throws(SchemaViolation) -> Int {
        try count(name, in: -1_000_000_000...1_000_000_000)
    }

    private func count(_ name: String, in range: ClosedRange<Int>) throws(SchemaViolation) -> Int {
        let count = try count(name)
        guard range.contains(count) else {
            throw failure(name, "must be from \(range.lowerBound) to \(range.upperBound), is \(count)")
        }
        return count
    }

    private func emsState() throws(SchemaViolation) -> Entitlement.State {
        guard let state = try word(ifPresent: "emsState", Entitlement.State.self) else {
            throw failure("emsState", "is required")
        }
        return state
    }

    private func term() throws(SchemaViolation) -> Entitlement.Term {
        let term = try payload("term")
        return Entitlement.Term(start: try term.date(ifPresent: "start"), end: try term.date(ifPresent: "end"))
    }

    private func party() -> Entitlement.Party {
        Entitlement.Party(
            id: text(ifPresent: "id"),
            identifier: text(ifPresent: "identifier"),
            externalID: text(ifPresent: "externalId"),
            name: text(ifPresent: "name")
        )
    }

    private func lineItem() throws(SchemaViolation) -> Entitlement.LineItem {
        let product = try payload("product")
        return Entitlement.LineItem(
            // Somebody else's line may have any name.
            lineID: LineID(foreign: try text("lineId")),
            productKeyID: try text("productKeyId"),
            product: Entitlement.Product(
                id: product.text(ifPresent: "id"),
                externalID: product.text(ifPresent: "externalId"),
                identifier: product.text(ifPresent: "identifier"),
                name: product.text(ifPresent: "name"),
                version: product.text(ifPresent: "version")
            ),
            quantity: try quantity("quantity"),
            available: try quantity("available"),
            state: try emsState(),
            term: try term(),
            attributes: texts(byName: "attributes")
        )
    }

    fileprivate func findings() throws(SchemaViolation) -> Findings {
        var findings = Findings(
            customer: try payload(ifPresent: "customer")?.partyFinding(),
            contact: try payload(ifPresent: "contact")?.partyFinding(),
            channelPartner: try payload(ifPresent: "channelPartner")?.partyFinding(),
            channelPartnerID: text(ifPresent: "channelPartnerId")
        )
        for row in payloads(ifPresent: "products") {
            findings.products[try row.payload("product").product()] = .init(state: try row.text("state"))
        }
        return findings
    }

    private func partyFinding() throws(SchemaViolation) -> Findings.PartyFinding {
        switch try text("finding") {
        case "found": .found
        case "will-be-created": .willBeCreated
        case "missing": .missing(because: text(ifPresent: "because") ?? "unknown")
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
