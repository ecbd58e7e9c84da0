/// `/entitlements/{key}/…`
extension Tenant {
    static func enableEntitlement(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        try perform(.enable, "Enable Entitlement", &tenant, call)
    }

    static func disableEntitlement(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        try perform(.disable, "Disable Entitlement", &tenant, call)
    }

    static func closeEntitlement(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        try perform(.close, "Close Entitlement", &tenant, call)
    }

    /// Draft lines are enabled with their entitlement; otherwise the lines keep their states.
    private static func perform(
        _ action: EMSState.Action,
        _ operation: String,
        _ tenant: inout Tenant,
        _ call: Call
    ) throws(EMSError) -> Reply {
        var entitlement = try tenant.entitlements.find(call.key)
        entitlement.state = try entitlement.state.after(action, of: "entitlement")
        if action == .enable, entitlement.productKeyIds.isEmpty { throw noProduct }
        entitlement.touch(by: call.user, at: call.now)
        for var line in tenant.lines(of: entitlement) where line.state == .draft {
            line.state = .enable
            tenant.productKeys.put(line)
        }
        tenant.store(entitlement)
        tenant.transactions.record(operation, of: entitlement, call)
        return .ok(tenant.wrapped(entitlement))
    }

    static func associateCustomer(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let id = try tenant.customer(try call.fields("customer")).id
        return try change("Associate Customer", &tenant, call) { $0.customerId = id }
    }

    static func removeCustomer(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        try change("Remove Customer", &tenant, call) { $0.customerId = nil }
    }

    static func associateContact(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let id = try tenant.contact(try call.fields("contact")).id
        return try change("Associate Contact", &tenant, call) { $0.contactId = id }
    }

    static func removeContact(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        try change("Remove Contact", &tenant, call) { $0.contactId = nil }
    }

    private static func change(
        _ operation: String,
        _ tenant: inout Tenant,
        _ call: Call,
        _ change: (inout Entitlement) -> Void
    ) throws(EMSError) -> Reply {
        var entitlement = try tenant.entitlements.find(call.key)
        try entitlement.requireUpdatable()
        change(&entitlement)
        entitlement.touch(by: call.user, at: call.now)
        tenant.store(entitlement)
        tenant.transactions.record(operation, of: entitlement, call)
        return .noContent
    }

    /// POST …/productKeys: for an enabled entitlement. (EMS documents it for third-party enforcements only.)
    static func addProductKey(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        var entitlement = try tenant.entitlements.find(call.key)
        guard entitlement.state == .enable else {
            throw .refused(.illegalState, "Product keys are added to enabled entitlements only.")
        }
        let line = try tenant.newLine(try call.fields("productKey"), of: entitlement, call)
        try tenant.requireUnique([line])
        entitlement.productKeyIds.append(line.id)
        entitlement.touch(by: call.user, at: call.now)
        tenant.productKeys.put(line)
        tenant.store(entitlement)
        tenant.transactions.record("Add Product Key", of: entitlement, call)
        return try .created("productKeys", line.pkId, call, ["productKey": tenant.wire(line)])
    }
}
