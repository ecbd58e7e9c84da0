/// Customers, contacts, products, partners and activations as EMS writes them.
extension Tenant {
    func wire(_ customer: Customer, _ embeds: Embeds = .all) -> JSON {
        var json = JSONObject([
            ("id", .string(customer.id)),
            ("creationDate", .string(customer.created.text)),
            ("lastModifiedDate", .string(customer.lastModified?.text ?? "")),
            ("name", .string(customer.name)),
            ("description", .string(customer.description)),
            ("identifier", .string(customer.identifier)),
            ("externalId", .string(customer.externalId)),
            ("refId", .string(customer.refId)),
            ("crmId", .string(customer.crmId)),
            ("timeZoneId", .string(customer.timeZoneId)),
            ("state", .string(customer.state.rawValue)),
            ("marketGroup", Self.marketGroup),
        ])
        if embeds.contains("contacts") {
            let contacts = customer.contactIds.map { contactReference($0) }
            json.append("contacts", contacts.isEmpty ? .null : ["contact": .array(contacts)])
        }
        if embeds.contains("customAttributes") { json.append("customAttributes", customer.customAttributes.wire) }
        if embeds.contains("fingerprints") { json.append("fingerprints", .null) }
        return .object(json)
    }

    func wire(_ contact: Contact, _ embeds: Embeds = .all) -> JSON {
        var json = JSONObject([
            ("id", .string(contact.id)),
            ("creationDate", .string(contact.created.text)),
            ("lastModifiedDate", .string(contact.lastModified?.text ?? "")),
            ("name", .string(contact.name)),
            ("emailId", .string(contact.emailId)),
            ("externalId", .string(contact.externalId)),
            ("phoneNumber", .string(contact.phoneNumber)),
            ("defaultLocale", ""),
            ("localeName", ""),
            ("refId1", .string(contact.refId1)),
            ("refId2", .string(contact.refId2)),
        ])
        if embeds.contains("customer") { json.append("customer", customerReference(contact.customerId)) }
        json.append("state", .string(contact.state.rawValue))
        json.append("marketGroup", Self.marketGroup)
        json.append("contactType", .string(contact.contactType))
        json.append("shippingDetails", .null)
        json.append("billingDetails", .null)
        if embeds.contains("customAttributes") { json.append("customAttributes", contact.customAttributes.wire) }
        return .object(json)
    }

    func wire(_ product: Product, _ embeds: Embeds = .all) -> JSON {
        var json = JSONObject([
            ("namespace", ["id": "9c0d8a52-2f0b-4a44-9b7a-7d1d0c5f3a01", "name": "Default"]),
            ("id", .string(product.id)),
            ("identifier", .string(product.identifier)),
            ("externalId", .string(product.externalId)),
            ("nameVersion", ["name": .string(product.name), "version": .string(product.version)]),
            ("deployed", false),
            ("description", .string(product.description)),
            ("state", .string(product.state.rawValue)),
            ("refId1", ""),
            ("refId2", ""),
            ("isProvisioning", false),
            ("isAutoActivation", false),
            ("activationMethod", "SAOT"),
            ("productType", "DEFAULT"),
            ("fixedQuantity", ""),
        ])
        if embeds.contains("productFeatures") {
            json.append(
                "productFeatures",
                ["productFeature": [["feature": product.featureWire, "SAOT": false, "state": "Optional_DefaultOn"]]]
            )
        }
        if embeds.contains("customAttributes") { json.append("customAttributes", .null) }
        if embeds.contains("productAttributes") { json.append("productAttributes", .null) }
        return .object(json)
    }

    /// The members are invented, like those of a customer.
    func wire(_ partner: Partner) -> JSON {
        [
            "id": .string(partner.id),
            "creationDate": .string(partner.created.text),
            "lastModifiedDate": "",
            "name": .string(partner.name),
            "identifier": .string(partner.identifier),
            "externalId": .string(partner.externalId),
            "state": .string(partner.state.rawValue),
            "marketGroup": Self.marketGroup,
        ]
    }

    /// Only `aId` has evidence; the other members are invented.
    func wire(_ activation: Activation) -> JSON {
        let entitlement = entitlements[.id, activation.entitlementId]
        return [
            "id": .string(activation.id),
            "aId": .string(activation.aId),
            "creationDate": .string(activation.created.text),
            "state": "ACTIVATED",
            "activationQuantity": .integer(activation.quantity),
            "activationComments": .string(activation.comments),
            "activatee": ["activateeEmailId": .string(activation.activateeEmailId)],
            "productKey": ["pkId": .string(productKeys[.id, activation.productKeyId]?.pkId ?? "")],
            "entitlement": [
                "id": .string(activation.entitlementId),
                "eId": .string(entitlement?.eId ?? ""),
                "externalId": .string(entitlement?.externalId ?? ""),
            ],
        ]
    }

    func customerReference(_ id: String?) -> JSON {
        guard let id, let customer = customers[.id, id] else { return .null }
        return [
            "id": .string(customer.id),
            "name": .string(customer.name),
            "identifier": .string(customer.identifier),
            "externalId": .string(customer.externalId),
        ]
    }

    func contactReference(_ id: String?) -> JSON {
        guard let id, let contact = contacts[.id, id] else { return .null }
        return [
            "id": .string(contact.id),
            "name": .string(contact.name),
            "emailId": .string(contact.emailId),
            "externalId": .string(contact.externalId),
        ]
    }
}

extension Product {
    var featureWire: JSON {
        [
            "externalId": "",
            "id": .string(featureId),
            "identifier": .integer(featureIdentifier),
            "nameVersion": ["name": .string(featureName), "version": ""],
        ]
    }
}

extension Transaction {
    var wire: JSON {
        [
            "id": .integer(number),
            "operation": .string(operation),
            "entityType": .string(entityType),
            "entityIdentifier": .string(entityIdentifiers.first ?? ""),
            "comments": .string(comments),
            "operatedBy": .string(operatedBy),
            "executedBy": .string(executedBy),
            "date": .string(at.text),
        ]
    }
}
