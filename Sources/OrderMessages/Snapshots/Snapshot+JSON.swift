public import SubscriptionLifecycle

extension Snapshot {
    /// What was looked up, in the words of outcome events; `init(json:)` reads it back.
    public var json: JSON {
        var object = JSON.Object()
        object.append("lastVersion", .integer(lastVersion))
        object.append("subscription", subscription?.json)
        object.append("findings", findings.json)
        return .object(object)
    }
}

extension Subscription {
    /// What the ledger knows of it, and what EMS holds.
    public var json: JSON {
        var object = JSON.Object()
        object.append("version", .integer(version))
        object.append("kind", kind.rawValue)
        object.append("endsWithTerm", .bool(endsWithTerm))
        object.append("externalId", entitlement.externalID)
        object.append("entitlement", entitlement.json)
        return .object(object)
    }
}

extension Findings {
    /// What is not looked up is left out.
    var json: JSON {
        var object = JSON.Object()
        object.append("customer", customer?.json)
        object.append("contact", contact?.json)
        object.append("channelPartner", channelPartner?.json)
        object.append("channelPartnerId", channelPartnerID)
        let rows = products.sorted { $0.key.description < $1.key.description }.map { product, finding -> JSON in
            ["product": product.json, "state": .string(finding.state)]
        }
        if !rows.isEmpty { object.append("products", .array(rows)) }
        return .object(object)
    }
}

extension Findings.PartyFinding {
    var json: JSON {
        switch self {
        case .found: ["finding": "found"]
        case .willBeCreated: ["finding": "will-be-created"]
        case .missing(let reason): ["finding": "missing", "because": .string(reason)]
        }
    }
}
