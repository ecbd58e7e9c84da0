/// `/entitlements`
extension Tenant {
    static func addEntitlement(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let fields = try call.fields("entitlement")
        // A sent eId or pkId is ignored: the option that allows them is off in this tenant.
        var entitlement = Entitlement(id: newId(), eId: newId(), by: call.user, at: call.now)
        let state = try fields.state() ?? .draft
        guard state == .draft || state == .enable else {
            throw .refused(.illegalState, "An entitlement can't be created in the state \(state.rawValue).")
        }
        entitlement.state = state
        try entitlement.apply(fields)
        try tenant.applyAssociations(fields, to: &entitlement)
        var lines: [ProductKey] = []
        for element in try fields.list("productKeys", "productKey") ?? [] {
            lines.append(try tenant.newLine(element, of: entitlement, call))
        }
        guard state == .draft || !lines.isEmpty else { throw noProduct }
        try tenant.entitlements.requireUnique(entitlement)
        try tenant.requireUnique(lines)
        entitlement.productKeyIds = lines.map(\.id)
        for line in lines { tenant.productKeys.put(line) }
        tenant.store(entitlement)
        tenant.transactions.record("Add Entitlement", of: entitlement, call)
        return try .created("entitlements", entitlement.id, call, tenant.wrapped(entitlement))
    }

    static func getEntitlement(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        .ok(tenant.wrapped(try tenant.entitlements.find(call.key)))
    }

    /// PATCH: merges the header, updates the lines that are named by `pkId` or `id`, and APPENDS every other one.
    static func updateEntitlement(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        var entitlement = try tenant.entitlements.find(call.key)
        try entitlement.requireUpdatable()
        let fields = try call.fields("entitlement")
        try entitlement.apply(fields)
        try tenant.applyAssociations(fields, to: &entitlement)
        var lines: [ProductKey] = []
        for element in try fields.list("productKeys", "productKey") ?? [] {
            if let old = try tenant.namedLine(element, of: entitlement) {
                // The same line twice in one body builds on its first change.
                let current = lines.last { $0.id == old.id } ?? old
                lines.removeAll { $0.id == old.id }
                lines.append(try tenant.updatedLine(current, element, of: entitlement, call))
            } else {
                let line = try tenant.newLine(element, of: entitlement, call)
                entitlement.productKeyIds.append(line.id)
                lines.append(line)
            }
        }
        try tenant.entitlements.requireUnique(entitlement)
        try tenant.requireUnique(lines)
        entitlement.touch(by: call.user, at: call.now)
        for line in lines { tenant.productKeys.put(line) }
        tenant.store(entitlement)
        tenant.transactions.record("Update Entitlement", of: entitlement, call)
        return try call.returnsResource() ? .ok(tenant.wrapped(entitlement)) : .noContent
    }

    /// PUT: only a draft; what is left out gets its default, and lines that are left out go.
    static func replaceEntitlement(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let old = try tenant.entitlements.find(call.key)
        guard old.state == .draft else {
            throw .refused(
                .illegalState,
                "Only a draft can be replaced; this one is in the state \(old.state.rawValue)."
            )
        }
        let fields = try call.fields("entitlement")
        var entitlement = Entitlement(id: old.id, eId: old.eId, by: old.createdBy, at: old.created)
        try entitlement.apply(fields)
        try tenant.applyAssociations(fields, to: &entitlement)
        var lines: [ProductKey] = []
        for element in try fields.list("productKeys", "productKey") ?? [] {
            let line = try tenant.newLine(element, of: entitlement, call)
            guard let kept = try tenant.namedLine(element, of: old) else {
                lines.append(line)
                continue
            }
            guard !lines.contains(where: { $0.id == kept.id }) else {
                throw .refused(.duplicate, "The product key '\(kept.pkId)' stands twice in the request.")
            }
            lines.append(line.keepingIdentity(of: kept))
        }
        let removed = Set(old.productKeyIds).subtracting(lines.map(\.id))
        try tenant.entitlements.requireUnique(entitlement)
        try tenant.requireUnique(lines, replacing: removed)
        entitlement.productKeyIds = lines.map(\.id)
        entitlement.touch(by: call.user, at: call.now)
        for line in tenant.lines(of: old) where removed.contains(line.id) { tenant.productKeys.remove(line) }
        for line in lines { tenant.productKeys.put(line) }
        tenant.store(entitlement)
        tenant.transactions.record("Replace Entitlement", of: entitlement, call)
        return try call.returnsResource() ? .ok(tenant.wrapped(entitlement)) : .noContent
    }

    /// Drafts, and enabled test entitlements.
    static func deleteEntitlement(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let entitlement = try tenant.entitlements.find(call.key)
        guard entitlement.state == .draft || (entitlement.isTest && entitlement.state == .enable) else {
            throw .refused(.illegalState, "Only drafts and enabled test entitlements can be deleted.")
        }
        tenant.discard(entitlement)
        tenant.transactions.record("Delete Entitlement", of: entitlement, call)
        return .noContent
    }

    static let noProduct = EMSError.refused(.missing, "An enabled entitlement needs at least one product.")
}
