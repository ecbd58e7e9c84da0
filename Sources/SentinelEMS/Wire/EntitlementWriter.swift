import OrderMessages
import SubscriptionLifecycle

/// Writes the bodies of calls on entitlements.
enum EntitlementWriter {
    /// The body that creates an entitlement, enabled, without mail to anybody.
    static func creation(_ draft: EntitlementDraft, of id: SubscriptionID, partnerID: String?) -> JSON {
        let lines = draft.lineItems.map { line(LineItemDraft(item: $0, term: draft.term), of: id) }
        return [
            "entitlement": .members([
                "externalId": .string(id.description),
                "refId1": draft.purchaseOrder.map(JSON.string),
                "refId2": draft.orderID.map(JSON.string),
                "startDate": draft.term.start.map(date),
                "expiry": expiry(draft.term.end),
                "customer": customer(draft.customer.key),
                "contact": draft.customer.contact.map { ["emailId": .string($0.email)] },
                "entitlementPartners": draft.channelPartner.map { partners($0, id: partnerID) },
                "entitlementAsWhole": false,
                "userRegistration": "NONE",
                "activationAllowed": true,
                "allowActivationBy": "ALL_USERS",
                "revocationAllowed": true,
                "state": "ENABLE",
                "sendNotification": false,
                "isTest": false,
                "customAttributes": attributes(draft.attributes),
                "productKeys": ["productKey": .array(lines)],
            ])
        ]
    }

    /// The body that writes what is pending, and takes surplus lines out of force.
    static func patch(_ difference: Difference, on entitlement: Entitlement, of id: SubscriptionID) -> JSON {
        var header = JSON.Object()
        var attributes: [String: String] = [:]
        var lines = LineUpdates()
        var added: [JSON] = []
        for change in difference.pending {
            switch change.field {
            case .state: break
            case .termStart: header.set("startDate", change.target?.date.map(date))
            case .termEnd: header.set("expiry", expiry(change.target?.date))
            case .orderID: header.set("refId2", .string(change.target?.text ?? ""))
            case .purchaseOrder: header.set("refId1", .string(change.target?.text ?? ""))
            case .attribute(let name): attributes[name] = change.target?.text ?? ""
            case .line: if let draft = change.target?.line { added.append(line(draft, of: id)) }
            case .lineState(let line):
                lines.set("state", change.target?.text.map(JSON.string), of: entitlement.line(line))
            case .lineStart(let line): lines.set("startDate", change.target?.date.map(date), of: entitlement.line(line))
            case .lineEnd(let line): lines.set("expiry", expiry(change.target?.date), of: entitlement.line(line))
            case .lineQuantity(let line):
                let held = entitlement.line(line)
                lines.set("totalQuantity", quantity(change.target?.count, of: held, in: entitlement.state), of: held)
            }
        }
        for productKeyID in difference.surplus { lines.set("state", "DISABLE", ofProductKey: productKeyID) }
        header.set("customAttributes", self.attributes(attributes))
        let productKeys = lines.elements + added
        if !productKeys.isEmpty { header.set("productKeys", ["productKey": .array(productKeys)]) }
        return ["entitlement": .object(header)]
    }

    /// EMS adds what PATCH carries to an enabled line's total, but takes it as the total in a draft.
    private static func quantity(
        _ target: Int?,
        of line: Entitlement.LineItem?,
        in state: Entitlement.State
    ) -> JSON? {
        guard let target, let line else { return nil }
        return .integer(state == .draft ? target : target - line.quantity)
    }

    private static func line(_ draft: LineItemDraft, of id: SubscriptionID) -> JSON {
        .members([
            "externalId": .string(id.externalID(ofLine: draft.item.lineID)),
            "startDate": draft.term.start.map(date),
            "expiry": expiry(draft.term.end),
            "totalQuantity": .integer(draft.item.quantity),
            "activationMethod": "FIXED",
            "fixedQuantity": 1,
            "item": ["itemProduct": ["product": product(draft.item.product)]],
            "customAttributes": attributes(draft.item.attributes),
        ])
    }

    private static func product(_ reference: ProductReference) -> JSON {
        switch reference {
        case .externalID(let id): ["externalId": .string(id)]
        case .identifier(let id): ["identifier": .string(id)]
        case .nameVersion(let name, let version):
            ["nameVersion": ["name": .string(name), "version": .string(version)]]
        }
    }

    static func customer(_ key: CustomerReference.Key) -> JSON {
        switch key {
        case .externalID(let id): ["externalId": .string(id)]
        case .identifier(let id): ["identifier": .string(id)]
        case .id(let id): ["id": .string(id)]
        }
    }

    private static func partners(_ reference: ChannelPartnerReference, id: String?) -> JSON {
        let partner: JSON =
            switch (id, reference) {
            case (let id?, _): ["id": .string(id)]
            case (nil, .identifier(let text)): ["identifier": .string(text)]
            case (nil, .externalID(let text)): ["externalId": .string(text)]
            }
        return ["entitlementPartner": [["partner": partner]]]
    }

    private static func attributes(_ attributes: [String: String]) -> JSON? {
        guard !attributes.isEmpty else { return nil }
        let elements = attributes.sorted { $0.key < $1.key }.map { name, value -> JSON in
            ["name": .string(name), "value": .string(value)]
        }
        return ["customAttribute": .array(elements)]
    }

    private static func date(_ date: LocalDate) -> JSON { .string(date.description) }

    private static func expiry(_ end: LocalDate?) -> JSON {
        guard let end else { return ["neverExpires": true] }
        return ["neverExpires": false, "endDate": date(end)]
    }
}

extension JSON {
    /// An object of the members that have a value.
    fileprivate static func members(_ members: KeyValuePairs<String, JSON?>) -> JSON {
        .object(Object(members.compactMap { name, value in value.map { Object.Member(name, $0) } }))
    }
}

extension JSON.Object {
    /// Puts a member at the end, in place of one of that name, unless there is no value.
    fileprivate mutating func set(_ name: String, _ value: JSON?) {
        guard let value else { return }
        members.removeAll { $0.name == name }
        append(name, value)
    }
}

/// What changes of lines that are there, by product key.
private struct LineUpdates {
    private var order: [String] = []
    private var updates: [String: JSON.Object] = [:]

    var elements: [JSON] { order.compactMap { updates[$0].map(JSON.object) } }

    mutating func set(_ name: String, _ value: JSON?, of line: Entitlement.LineItem?) {
        guard let line else { return }
        set(name, value, ofProductKey: line.productKeyID)
    }

    mutating func set(_ name: String, _ value: JSON?, ofProductKey id: String) {
        if updates[id] == nil {
            order.append(id)
            updates[id] = JSON.Object([.init("pkId", .string(id))])
        }
        updates[id]?.set(name, value)
    }
}
