/// `/customers`
extension Tenant {
    static func addCustomer(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let fields = try call.fields("customer")
        var customer = Customer(id: newId(), identifier: newId(), at: call.now)
        try customer.apply(fields)
        try tenant.applyContacts(fields, to: &customer)
        try tenant.customers.requireUnique(customer)
        tenant.customers.put(customer)
        tenant.record("Add Customer", customer, call)
        return try .created("customers", customer.id, call, ["customer": tenant.wire(customer)])
    }

    static func getCustomer(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        .ok(["customer": tenant.wire(try tenant.customers.find(call.key))])
    }

    static func updateCustomer(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        var customer = try tenant.customers.find(call.key)
        let fields = try call.fields("customer")
        try customer.apply(fields)
        try tenant.applyContacts(fields, to: &customer)
        try tenant.customers.requireUnique(customer)
        customer.lastModified = call.now
        tenant.customers.put(customer)
        tenant.record("Update Customer", customer, call)
        return try call.returnsResource() ? .ok(["customer": tenant.wire(customer)]) : .noContent
    }

    static func deleteCustomer(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let customer = try tenant.customers.find(call.key)
        guard tenant.references[customer.id] == nil else {
            throw .refused(.inUse, "The customer has entitlements.")
        }
        for id in customer.contactIds {
            guard var contact = tenant.contacts[.id, id] else { continue }
            contact.customerId = nil
            tenant.contacts.put(contact)
        }
        tenant.customers.remove(customer)
        tenant.record("Delete Customer", customer, call)
        return .noContent
    }

    static func searchCustomers(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let search = try Search(call.query)
        var filters = Filters<Customer>(call.query, search.pattern)
        filters.list("id") { [$0.id] }
        filters.text("name") { $0.name }
        filters.text("identifier") { $0.identifier }
        filters.text("externalId") { $0.externalId }
        filters.text("refId") { $0.refId }
        filters.text("crmId") { $0.crmId }
        filters.list("state") { [$0.state.rawValue] }
        try filters.dates("creationDate") { $0.created.date }
        let page = search.page(&tenant.customers, filters, indexed: [.id, .identifier, .externalId])
        return .ok(search.wire("customers", "customer", page.map { tenant.wire($0, search.embeds) }))
    }

    private mutating func applyContacts(_ fields: Fields, to customer: inout Customer) throws(EMSError) {
        guard let list = try fields.list("contacts", "contact") else { return }
        var linked: [Contact] = []
        for element in list { linked.append(try contact(element)) }
        try customers.requireUnique(customer)
        customer.contactIds = linked.map(\.id)
        for var contact in linked {
            contact.customerId = customer.id
            contacts.put(contact)
        }
    }

    private mutating func record(_ operation: String, _ customer: Customer, _ call: Call) {
        transactions.record(operation, of: "Customer", [customer.id, customer.identifier, customer.externalId], call)
    }
}
