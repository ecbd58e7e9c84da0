/// Records that a request names by one of several fields.
///
/// One that doesn't exist is answered with 400 and an invented code, since POST has no 404 among its documented answers.
extension Tenant {
    func customer(_ fields: Fields) throws(EMSError) -> Customer {
        if let found = try named(fields, [.id, .identifier, .externalId], in: customers) { return found }
        if let name = try fields.string("name"), let found = customers.rows.first(where: { $0.name == name }) {
            return found
        }
        throw Self.unknown("customer")
    }

    func contact(_ fields: Fields) throws(EMSError) -> Contact {
        guard let found = try named(fields, [.id, .emailId], in: contacts) else { throw Self.unknown("contact") }
        return found
    }

    func partner(_ fields: Fields) throws(EMSError) -> Partner {
        if let found = try named(fields, [.id, .identifier, .externalId], in: partners) { return found }
        if let name = try fields.string("name"), let found = partners.rows.first(where: { $0.name == name }) {
            return found
        }
        throw Self.unknown("partner")
    }

    func product(_ fields: Fields) throws(EMSError) -> Product {
        if let found = try named(fields, [.id, .identifier, .externalId], in: products) { return found }
        if let nameVersion = try fields.fields("nameVersion"), let name = try nameVersion.string("name") {
            let key = Product.nameVersionKey(name: name, version: try nameVersion.string("version") ?? "1")
            if let found = products[.nameVersion, key] { return found }
        }
        throw Self.unknown("product")
    }

    /// The first field that is sent decides; an empty text counts as not sent.
    private func named<Row>(_ fields: Fields, _ names: [KeyField], in table: Table<Row>) throws(EMSError) -> Row? {
        for name in names {
            if let value = try fields.string(name.rawValue), !value.isEmpty { return table[name, value] }
        }
        return nil
    }

    private static func unknown(_ what: String) -> EMSError {
        .refused(.unknownReference, "The \(what) that the request names doesn't exist.")
    }

    /// Customer, contact and partners of an entitlement's request.
    func applyAssociations(_ fields: Fields, to entitlement: inout Entitlement) throws(EMSError) {
        if let customer = try fields.fields("customer") { entitlement.customerId = try self.customer(customer).id }
        if let contact = try fields.fields("contact") { entitlement.contactId = try self.contact(contact).id }
        if let list = try fields.list("entitlementPartners", "entitlementPartner") {
            guard list.count <= 5 else { throw .refused(.invalidRequest, "An entitlement has at most 5 partners.") }
            entitlement.partnerIds = []
            for element in list {
                guard let partner = try element.fields("partner") else {
                    throw .refused(.missing, "An entitlementPartner needs a partner.")
                }
                entitlement.partnerIds.append(try self.partner(partner).id)
            }
        }
    }
}
