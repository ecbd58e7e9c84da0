/// `/products` and `/partners`, which the API only reads here.
extension Tenant {
    static func getProduct(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        .ok(["product": tenant.wire(try tenant.products.find(call.key))])
    }

    static func searchProducts(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let search = try Search(call.query)
        var filters = Filters<Product>(call.query, search.pattern)
        filters.list("id") { [$0.id] }
        filters.text("name") { $0.name }
        filters.text("version") { $0.version }
        filters.text("identifier") { $0.identifier }
        // Unlike an entitlement's, a list of exact values.
        filters.list("externalId") { [$0.externalId] }
        filters.list("state") { [$0.state.rawValue] }
        try filters.dates("creationDate") { $0.created.date }
        let page = search.page(&tenant.products, filters, indexed: [])
        return .ok(search.wire("products", "product", page.map { tenant.wire($0, search.embeds) }))
    }

    static func getPartner(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        .ok(["partner": tenant.wire(try tenant.partners.find(call.key))])
    }

    static func searchPartners(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let search = try Search(call.query)
        var filters = Filters<Partner>(call.query, search.pattern)
        filters.list("id") { [$0.id] }
        filters.text("name") { $0.name }
        filters.text("identifier") { $0.identifier }
        filters.text("externalId") { $0.externalId }
        let page = search.page(&tenant.partners, filters, indexed: [])
        return .ok(search.wire("partners", "partner", page.map { tenant.wire($0) }))
    }

    /// `POST /sandbox/products`: `{"product": {externalId, name, version, identifier, state}}`, all optional but the first.
    ///
    /// A product whose externalId exists already is changed, so that a test can enable or disable it.
    mutating func putProduct(_ body: JSON, at now: AuditStamp) throws(EMSError) -> Reply {
        let fields = try Fields(body["product"] ?? body, path: "product")
        guard let externalId = try fields.string("externalId"), !externalId.isEmpty else {
            throw .refused(.missing, "A product needs an externalId.")
        }
        let number = products.rows.count { _ in true }
        let known = products[.externalId, externalId]
        var product =
            known
            ?? Product(
                id: Self.newId(),
                name: externalId,
                version: "1",
                identifier: String(29 + number),
                externalId: externalId,
                state: .enable,
                featureId: Self.newId(),
                featureName: externalId,
                featureIdentifier: 31 + number,
                created: now
            )
        if let value = try fields.string("name") { product.name = value }
        if let value = try fields.string("version") { product.version = value }
        if let value = try fields.string("identifier") { product.identifier = value }
        if let value = try fields.state() { product.state = value }
        try products.requireUnique(product)
        products.put(product)
        return known == nil ? .created(["product": wire(product)]) : .ok(["product": wire(product)])
    }
}
