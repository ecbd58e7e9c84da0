/// `/contacts`
extension Tenant {
    static func addContact(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let fields = try call.fields("contact")
        // The guide makes it mandatory; it is never kept and never answered.
        guard let password = try fields.string("password"), !password.isEmpty else {
            throw .refused(.missing, "A contact needs a password.")
        }
        var contact = Contact(id: newId(), at: call.now)
        try contact.apply(fields)
        try tenant.applyCustomer(fields, to: &contact)
        try tenant.contacts.requireUnique(contact)
        tenant.putLinked(contact)
        tenant.record("Add Contact", contact, call)
        return try .created("contacts", contact.id, call, ["contact": tenant.wire(contact)])
    }

    static func getContact(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        .ok(["contact": tenant.wire(try tenant.contacts.find(call.key))])
    }

    static func updateContact(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        var contact = try tenant.contacts.find(call.key)
        let fields = try call.fields("contact")
        try contact.apply(fields)
        try tenant.applyCustomer(fields, to: &contact)
        try tenant.contacts.requireUnique(contact)
        contact.lastModified = call.now
        tenant.putLinked(contact)
        tenant.record("Update Contact", contact, call)
        return try call.returnsResource() ? .ok(["contact": tenant.wire(contact)]) : .noContent
    }

    static func deleteContact(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let contact = try tenant.contacts.find(call.key)
        guard tenant.references[contact.id] == nil else { throw .refused(.inUse, "The contact has entitlements.") }
        tenant.unlink(contact)
        tenant.contacts.remove(contact)
        tenant.record("Delete Contact", contact, call)
        return .noContent
    }

    static func searchContacts(_ tenant: inout Tenant, _ call: Call) throws(EMSError) -> Reply {
        let search = try Search(call.query)
        var filters = Filters<Contact>(call.query, search.pattern)
        filters.list("id") { [$0.id] }
        filters.text("emailId") { $0.emailId }
        filters.text("name") { $0.name }
        filters.text("externalId") { $0.externalId }
        filters.list("state") { [$0.state.rawValue] }
        try filters.dates("creationDate") { $0.created.date }
        let page = search.page(&tenant.contacts, filters, indexed: [.id, .emailId])
        return .ok(search.wire("contacts", "contact", page.map { tenant.wire($0, search.embeds) }))
    }

    private func applyCustomer(_ fields: Fields, to contact: inout Contact) throws(EMSError) {
        if let customer = try fields.fields("customer") { contact.customerId = try self.customer(customer).id }
    }

    /// A contact and its customer name each other.
    private mutating func putLinked(_ contact: Contact) {
        unlink(contact)
        contacts.put(contact)
        guard let id = contact.customerId, var customer = customers[.id, id] else { return }
        customer.contactIds.append(contact.id)
        customers.put(customer)
    }

    private mutating func unlink(_ contact: Contact) {
        guard let id = contacts[.id, contact.id]?.customerId, var customer = customers[.id, id] else { return }
        customer.contactIds.removeAll { $0 == contact.id }
        customers.put(customer)
    }

    private mutating func record(_ operation: String, _ contact: Contact, _ call: Call) {
        transactions.record(operation, of: "Contact", [contact.id, contact.emailId], call)
    }
}
