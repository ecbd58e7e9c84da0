/// Entitlements and product keys as EMS writes them: null for absent children, an empty text for what isn't set.
extension Tenant {
    func wrapped(_ entitlement: Entitlement) -> JSON { ["entitlement": wire(entitlement)] }

    func wire(_ entitlement: Entitlement, _ embeds: Embeds = .all) -> JSON {
        var json = JSONObject([
            ("externalId", .string(entitlement.externalId)),
            ("createdBy", .string(entitlement.createdBy)),
            ("creationDate", .string(entitlement.created.text)),
            ("lastModifiedBy", .string(entitlement.lastModifiedBy)),
            ("lastModifiedDate", .string(entitlement.lastModified.text)),
            ("entitlementAsWhole", .bool(entitlement.entitlementAsWhole)),
            ("eId", .string(entitlement.eId)),
            ("id", .string(entitlement.id)),
            ("startDate", .string(entitlement.validity.start.text)),
            ("expiry", entitlement.validity.expiryWire),
        ])
        if embeds.contains("customer") { json.append("customer", customerReference(entitlement.customerId)) }
        if embeds.contains("contact") { json.append("contact", contactReference(entitlement.contactId)) }
        if embeds.contains("entitlementPartners") { json.append("entitlementPartners", partnersWire(entitlement)) }
        if embeds.contains("entitlementFingerprints") { json.append("entitlementFingerprints", .null) }
        json.append("userRegistration", .string(entitlement.userRegistration))
        json.append("refId1", .string(entitlement.refId1))
        json.append("refId2", .string(entitlement.refId2))
        json.append("activationAllowed", .bool(entitlement.activationAllowed))
        json.append("allowActivationBy", .string(entitlement.allowActivationBy))
        json.append("revocationAllowed", .bool(entitlement.revocationAllowed))
        json.append("state", .string(entitlement.state.rawValue))
        json.append("sendNotification", .bool(entitlement.sendNotification))
        json.append("ccEmail", .string(entitlement.ccEmail))
        json.append("isTest", .bool(entitlement.isTest))
        json.append("marketGroup", Self.marketGroup)
        if embeds.contains("customAttributes") { json.append("customAttributes", entitlement.customAttributes.wire) }
        if embeds.contains("productKeys") {
            let lines = lines(of: entitlement)
            json.append(
                "productKeys",
                lines.isEmpty ? .null : ["productKey": .array(lines.map { wire($0, embeds) })]
            )
        }
        if embeds.contains("entitlementAttributes") { json.append("entitlementAttributes", .null) }
        return .object(json)
    }

    func wire(_ line: ProductKey, _ embeds: Embeds = .all) -> JSON {
        var json = JSONObject([
            ("pkId", .string(line.pkId)),
            ("creationDate", .string(line.created.text)),
            ("lastModifiedDate", .string(line.lastModified.text)),
            ("externalId", .string(line.externalId)),
            ("startDate", .string(line.validity.start.text)),
            ("expiry", line.validity.expiryWire),
            ("id", .string(line.id)),
            ("enforcement", Self.enforcement),
            ("totalQuantity", .integer(line.totalQuantity)),
            ("availableQuantity", .integer(line.availableQuantity)),
            ("splittedQuantity", 0),
            ("activationMethod", .string(line.activationMethod)),
            ("fixedQuantity", line.fixedQuantity.map(JSON.integer) ?? ""),
            ("state", .string(line.state.rawValue)),
        ])
        if embeds.contains("productKey.item") { json.append("item", itemWire(line)) }
        if embeds.contains("productKey.commonLicenseAttributes") { json.append("commonLicenseAttributes", .null) }
        if embeds.contains("productKey.activationAttributes") { json.append("activationAttributes", .null) }
        if embeds.contains("productKey.customAttributes") {
            json.append("customAttributes", line.customAttributes.wire)
        }
        json.append("productKeyFingerprints", .null)
        return .object(json)
    }

    private func itemWire(_ line: ProductKey) -> JSON {
        guard let product = products[.id, line.productId] else { return .null }
        return [
            "itemProduct": [
                "product": [
                    "externalId": .string(product.externalId),
                    "id": .string(product.id),
                    "identifier": .string(product.identifier),
                    "productType": "DEFAULT",
                    "nameVersion": ["name": .string(product.name), "version": .string(product.version)],
                ],
                "itemProductFeatures": [
                    "itemProductFeature": [
                        [
                            "feature": product.featureWire,
                            "itemFeatureLicenseModel": [
                                "licenseModel": ["id": "5b1f6ad0-6f0e-4f0c-8d6e-3f1f57d1a001", "name": "Subscription"],
                                "attributes": nil,
                            ],
                            "itemFeatureState": "INCLUDED",
                            // A text, where other flags are booleans.
                            "SAOT": "false",
                        ]
                    ]
                ],
            ]
        ]
    }

    private func partnersWire(_ entitlement: Entitlement) -> JSON {
        let partners = entitlement.partnerIds.compactMap { self.partners[.id, $0] }
        guard !partners.isEmpty else { return .null }
        let list = partners.map { partner -> JSON in
            [
                "partner": [
                    "id": .string(partner.id),
                    "name": .string(partner.name),
                    "identifier": .string(partner.identifier),
                    "externalId": .string(partner.externalId),
                ]
            ]
        }
        return ["entitlementPartner": .array(list)]
    }

    static let marketGroup: JSON = ["id": "14a7a6a8-0a51-4c7a-9d3d-2f3c1b0e5a01", "name": "Default"]
    static let enforcement: JSON = [
        "id": "b46573e9-1d2c-4b57-8e0f-6a9d3c2b1a01", "name": "Sentinel RMS", "version": "10.0",
    ]
}
