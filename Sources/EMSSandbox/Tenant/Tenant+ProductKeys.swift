/// `/productKeys`
extension Tenant {
    static func getProductKey(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        .ok(["productKey": tenant.wire(try tenant.productKeys.find(call.key))])
    }

    static func updateProductKey(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let fields = try call.fields("productKey")
        let line = try change("Update Product Key", &tenant, call) { tenant, line, entitlement throws(EMSError) in
            line = try tenant.updatedLine(line, fields, of: entitlement, call)
        }
        return try call.returnsResource() ? .ok(["productKey": tenant.wire(line)]) : .noContent
    }

    static func enableProductKey(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        try perform(.enable, "Enable Product Key", &tenant, call)
    }

    static func disableProductKey(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        try perform(.disable, "Disable Product Key", &tenant, call)
    }

    static func closeProductKey(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        try perform(.close, "Close Product Key", &tenant, call)
    }

    private static func perform(
        _ action: EMSState.Action,
        _ operation: String,
        _ tenant: inout Tenant,
        _ call: Call
    ) throws(EMSError) -> Reply {
        let line = try change(operation, &tenant, call) { _, line, _ throws(EMSError) in try line.perform(action) }
        return .ok(["productKey": tenant.wire(line)])
    }

    /// A change of a line counts as one of its entitlement, so that a search by modification date finds it.
    private static func change(
        _ operation: String,
        _ tenant: inout Tenant,
        _ call: Call,
        _ change: (Tenant, inout ProductKey, Entitlement) throws(EMSError) -> Void
    ) throws(EMSError) -> ProductKey {
        var line = try tenant.productKeys.find(call.key)
        guard var entitlement = tenant.entitlements[.id, line.entitlementId] else { throw .notFound }
        try entitlement.requireUpdatable()
        try change(tenant, &line, entitlement)
        try tenant.requireUnique([line])
        line.lastModified = call.now
        entitlement.touch(by: call.user, at: call.now)
        tenant.productKeys.put(line)
        tenant.store(entitlement)
        tenant.transactions.record(
            operation,
            of: "Product Key",
            [line.pkId, line.id, entitlement.id, entitlement.eId, entitlement.externalId],
            call
        )
        return line
    }
}

extension ProductKey {
    /// This line's values under the identity of one that it replaces.
    func keepingIdentity(of old: ProductKey) -> ProductKey {
        var line = ProductKey(
            id: old.id,
            pkId: old.pkId,
            entitlementId: old.entitlementId,
            productId: productId,
            state: state,
            at: old.created
        )
        line.externalId = externalId
        line.lastModified = lastModified
        line.validity = validity
        line.totalQuantity = totalQuantity
        line.activationMethod = activationMethod
        line.fixedQuantity = fixedQuantity
        line.customAttributes = customAttributes
        return line
    }
}
