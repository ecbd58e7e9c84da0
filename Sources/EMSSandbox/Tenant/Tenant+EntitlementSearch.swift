/// `GET /entitlements`
extension Tenant {
    static func searchEntitlements(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let search = try Search(call.query)
        let filters = try tenant.entitlementFilters(call, search.pattern)
        var page: [Entitlement]
        if let order = EntitlementOrder(call.query) {
            let sorted = tenant.entitlements.rows.filter(filters.accept).sorted(by: order.precedes)
            page = Array(sorted.dropFirst(search.start).prefix(search.size))
        } else {
            page = search.page(&tenant.entitlements, filters, indexed: [.externalId, .id, .eId])
        }
        return .ok(search.wire("entitlements", "entitlement", page.map { tenant.wire($0, search.embeds) }))
    }

    private func entitlementFilters(_ call: Call, _ pattern: SearchPattern) throws(EMSError) -> Filters<Entitlement> {
        var filters = Filters<Entitlement>(call.query, pattern)
        filters.text("externalId") { $0.externalId }
        filters.list("id") { [$0.id] }
        filters.list("eId") { [$0.eId] }
        filters.text("refId1") { $0.refId1 }
        filters.text("refId2") { $0.refId2 }
        if let state = call.query["state"] {
            guard EMSState(rawValue: state) != nil else {
                throw .refused(.invalidRequest, "state must be DRAFT, ENABLE, DISABLE or CLOSED, not '\(state)'")
            }
            filters.add { $0.state.rawValue == state }
        }
        filters.text("createdBy") { $0.createdBy }
        filters.text("lastModifiedBy") { $0.lastModifiedBy }
        try filters.dates("creationDate") { $0.created.date }
        try filters.dates("startDate") { $0.validity.start }
        try filters.dates("endDate") { $0.validity.end }
        // The trap: what was never modified since its creation is left out.
        try filters.dates("modifiedDate") { $0.isModified ? $0.lastModified.date : nil }
        try filters.flag("isTest") { $0.isTest }
        if try call.query.bool("excludeExpired") == true {
            filters.add { $0.validity.end.map { $0 >= call.now.date } ?? true }
        }
        for name in call.query.names where name.hasPrefix("CA_ENT.") {
            filters.text(name) { $0.customAttributes[String(name.dropFirst("CA_ENT.".count))] }
        }
        addRelated(to: &filters)
        return filters
    }

    /// Filters on what an entitlement names.
    private func addRelated(to filters: inout Filters<Entitlement>) {
        let tenant = self
        filters.list("customerId") { [$0.customerId ?? ""] }
        filters.text("customerName") { $0.customerId.flatMap { tenant.customers[.id, $0]?.name } }
        filters.text("customerIdentifier") { $0.customerId.flatMap { tenant.customers[.id, $0]?.identifier } }
        filters.text("contactName") { $0.contactId.flatMap { tenant.contacts[.id, $0]?.name } }
        filters.text("contactEmailId") { $0.contactId.flatMap { tenant.contacts[.id, $0]?.emailId } }
        filters.list("productKey") { tenant.lines(of: $0).map(\.pkId) }
        filters.list("itemExternalId") { tenant.lines(of: $0).map(\.externalId) }
        filters.list("partnerIdentifier") { $0.partnerIds.compactMap { tenant.partners[.id, $0]?.identifier } }
        filters.list("partnerExternalId") { $0.partnerIds.compactMap { tenant.partners[.id, $0]?.externalId } }
        filters.list("productExternalId") {
            tenant.lines(of: $0).compactMap { tenant.products[.id, $0.productId]?.externalId }
        }
    }
}
