public import SubscriptionLifecycle

extension OutcomeEvent.Standing {
    /// Version and states; what is not known is left out.
    func appendState(to data: inout JSON.Object) {
        data.append("version", version.map(JSON.integer))
        data.append("previousState", previousState?.rawValue)
        data.append("state", state.rawValue)
        data.append("endsWithTerm", endsWithTerm ? true : nil)
    }

    /// What EMS holds, and what of it is activated.
    func appendEntitlement(to data: inout JSON.Object) {
        data.append("entitlement", entitlement?.json)
        data.append("consumption", activations.map { .array($0.map(\.json)) })
    }
}

extension Entitlement {
    /// As outcome events show it.
    public var json: JSON {
        var object = JSON.Object()
        object.append("entitlementId", entitlementID)
        object.append("emsState", state.rawValue)
        object.append("term", term.json)
        object.append("customer", customer?.json)
        object.append("channelPartner", channelPartner?.json)
        object.append("lineItems", .array(lineItems.map(\.json)))
        object.append("attributes", .byName(attributes))
        object.append("orderId", orderID)
        object.append("purchaseOrder", purchaseOrder)
        object.append("contact", contactEmail.map { ["email": .string($0)] })
        return .object(object)
    }
}

extension Entitlement.Term {
    /// Without an `end` it never expires.
    var json: JSON {
        var object = JSON.Object()
        object.append("start", start?.description)
        object.append("end", end?.description)
        return .object(object)
    }
}

extension Entitlement.Party {
    /// What is known of it.
    var json: JSON {
        var object = JSON.Object()
        object.append("externalId", externalID)
        object.append("identifier", identifier)
        object.append("name", name)
        object.append("id", id)
        return .object(object)
    }
}

extension Entitlement.Product {
    /// What is known of it.
    var json: JSON {
        var object = JSON.Object()
        object.append("externalId", externalID)
        object.append("identifier", identifier)
        object.append("name", name)
        object.append("version", version)
        object.append("id", id)
        return .object(object)
    }
}

extension Entitlement.LineItem {
    /// As outcome events show it.
    var json: JSON {
        var object = JSON.Object()
        object.append("lineId", lineID.description)
        object.append("productKeyId", productKeyID)
        object.append("product", product.json)
        object.append("quantity", .integer(quantity))
        object.append("available", .integer(available))
        object.append("emsState", state.rawValue)
        object.append("term", term.json)
        object.append("attributes", attributes.isEmpty ? nil : .byName(attributes))
        return .object(object)
    }
}

extension Activation {
    /// As outcome events show it.
    var json: JSON {
        var object = JSON.Object()
        object.append("activationId", activationID)
        object.append("productKeyId", productKeyID)
        object.append("quantity", .integer(quantity))
        object.append("activatedAt", activatedAt)
        object.append("state", state)
        return .object(object)
    }
}

extension JSON {
    /// Texts by name, in the order of the names' code units, so that the bytes are always the same.
    static func byName(_ texts: [String: String]) -> JSON {
        let members = texts.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
        return .object(Object(members.map { Object.Member($0.key, .string($0.value)) }))
    }
}
