/// `/activations` and `/transactions`
extension Tenant {
    /// Takes the quantities from the lines, all or nothing.
    static func bulkActivate(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let fields = try call.fields("bulkActivation")
        let email = try fields.list("activatees", "activatee")?.first?.string("activateeEmailId") ?? ""
        guard let list = try fields.list("activationProductKeys", "activationProductKey"), !list.isEmpty else {
            throw .refused(.missing, "An activation needs activationProductKeys.")
        }
        var lines: [String: ProductKey] = [:]
        var activations: [Activation] = []
        for element in list {
            guard let pkId = try element.string("pkId"), let found = tenant.productKeys[.pkId, pkId] else {
                throw .refused(.unknownReference, "The product key that the request names doesn't exist.")
            }
            var line = lines[found.id] ?? found
            let quantity = try element.integer("activationQuantity") ?? 1
            try tenant.requireActivatable(line, quantity)
            line.activatedQuantity += quantity
            lines[line.id] = line
            activations.append(
                Activation(
                    id: newId(),
                    aId: newId(),
                    productKeyId: line.id,
                    entitlementId: line.entitlementId,
                    quantity: quantity,
                    activateeEmailId: email,
                    comments: try element.string("activationComments") ?? "",
                    created: call.now
                )
            )
        }
        for line in lines.values { tenant.productKeys.put(line) }
        for activation in activations {
            tenant.activations.put(activation)
            tenant.transactions.record("Activate", of: "Activation", [activation.aId, activation.entitlementId], call)
        }
        return .ok(["activations": ["activation": .array(activations.map { tenant.wire($0) })]])
    }

    private func requireActivatable(_ line: ProductKey, _ quantity: Int) throws(EMSError) {
        guard let entitlement = entitlements[.id, line.entitlementId], entitlement.state == .enable,
            line.state == .enable, entitlement.activationAllowed
        else { throw .refused(.illegalState, "The product key '\(line.pkId)' can't be activated in its state.") }
        guard quantity >= 1, quantity <= line.availableQuantity else {
            throw .refused(.quantity, "\(quantity) can't be activated: \(line.availableQuantity) are available.")
        }
    }

    static func getActivation(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        .ok(["activation": tenant.wire(try tenant.activations.find(call.key))])
    }

    /// The parameters' names are invented: the public material has none.
    static func searchActivations(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let search = try Search(call.query)
        let tenantNow = tenant
        var filters = Filters<Activation>(call.query, search.pattern)
        filters.list("aId") { [$0.aId] }
        filters.list("entitlementId") { [$0.entitlementId] }
        filters.list("eId") { tenantNow.entitlements[.id, $0.entitlementId].map { [$0.eId] } ?? [] }
        filters.list("productKey") { tenantNow.productKeys[.id, $0.productKeyId].map { [$0.pkId] } ?? [] }
        try filters.dates("creationDate") { $0.created.date }
        let page = search.page(&tenant.activations, filters, indexed: [])
        return .ok(search.wire("activations", "activation", page.map { tenant.wire($0) }))
    }

    /// Newest first.
    ///
    /// The members of an entry are invented: the public material has none.
    static func searchTransactions(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let query = call.query
        let search = try Search(query)
        let from = try query.date("fromDate")
        let to = try query.date("toDate")
        let found = tenant.transactions.entries.lazy.reversed().filter { entry in
            query["entityType"].map { $0 == entry.entityType } ?? true
                && query["entityIdentifier"].map { entry.entityIdentifiers.contains($0) } ?? true
                && query["txtSearch"].map { entry.comments.contains($0) } ?? true
                && query["operatedBy"].map { $0 == entry.operatedBy } ?? true
                && query["executedBy"].map { $0 == entry.executedBy } ?? true
                && from.map { entry.at.date >= $0 } ?? true && to.map { entry.at.date <= $0 } ?? true
        }
        let page = found.dropFirst(search.start).prefix(search.size)
        return .ok(search.wire("transactions", "transaction", page.map(\.wire)))
    }
}
