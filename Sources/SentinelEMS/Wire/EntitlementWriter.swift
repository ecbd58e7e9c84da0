import SubscriptionLifecycle

/// Writes the bodies of calls on entitlements.
enum EntitlementWriter {
    /// The body that creates an entitlement, enabled, without mail to anybody.
    static func creation(_ draft: EntitlementDraft, of id: SubscriptionID, partnerID: String?) -> WireValue {
        let lines = draft.lineItems.map { line(LineItemDraft(item: $0, term: draft.term), of: id) }
        return [
            "entitlement": .members([
                "externalId": .string(id.description),
                "refId1": draft.purchaseOrder.map(WireValue.string),
                "refId2": draft.orderID.map(WireValue.string),
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
    static func patch(_ difference: Difference, on entitlement: Entitlement, of id: SubscriptionID) -> WireValue {
        var header = Members()
        var attributes: [String: String] = [:]
        var lines = LineUpdates()
        var added: [WireValue] = []
        for change in difference.pending {
            switch change.field {
            case .state: break
            case .termStart: header["startDate"] = change.target?.date.map(date)
            case .termEnd: header["expiry"] = expiry(change.target?.date)
            case .orderID: header["refId2"] = .string(change.target?.text ?? "")
            case .purchaseOrder: header["refId1"] = .string(change.target?.text ?? "")
            case .attribute(let name): attributes[name] = change.target?.text ?? ""
            case .line: if let draft = change.target?.line { added.append(line(draft, of: id)) }
            case .lineState(let line):
                lines.set("state", change.target?.text.map(WireValue.string), of: entitlement.line(line))
            case .lineStart(let line): lines.set("startDate", change.target?.date.map(date), of: entitlement.line(line))
            case .lineEnd(let line): lines.set("expiry", expiry(change.target?.date), of: entitlement.line(line))
            case .lineQuantity(let line):
                let held = entitlement.line(line)
                lines.set("totalQuantity", quantity(change.target?.count, of: held, in: entitlement.state), of: held)
            }
        }
        for productKeyID in difference.surplus { lines.set("state", "DISABLE", ofProductKey: productKeyID) }
        header["customAttributes"] = self.attributes(attributes)
        let productKeys = lines.elements + added
        if !productKeys.isEmpty { header["productKeys"] = ["productKey": .array(productKeys)] }
        return ["entitlement": header.value]
    }

    /// EMS adds what PATCH carries to an enabled line's total, but takes it as the total in a draft.
    private static func quantity(
        _ target: Int?,
        of line: Entitlement.LineItem?,
        in state: Entitlement.State
    ) -> WireValue? {
        guard let target, let line else { return nil }
        return .count(state == .draft ? target : target - line.quantity)
    }

    private static func line(_ draft: LineItemDraft, of id: SubscriptionID) -> WireValue {
        .members([
            "externalId": .string(id.externalID(ofLine: draft.item.lineID)),
            "startDate": draft.term.start.map(date),
            "expiry": expiry(draft.term.end),
            "totalQuantity": .count(draft.item.quantity),
            "activationMethod": "FIXED",
            "fixedQuantity": 1,
            "item": ["itemProduct": ["product": product(draft.item.product)]],
            "customAttributes": attributes(draft.item.attributes),
        ])
    }

    private static func product(_ reference: ProductReference) -> WireValue {
        switch reference {
        case .externalID(let id): ["externalId": .string(id)]
        case .identifier(let id): ["identifier": .string(id)]
        case .nameVersion(let name, let version):
            ["nameVersion": ["name": .string(name), "version": .string(version)]]
        }
    }

    static func customer(_ key: CustomerReference.Key) -> WireValue {
        switch key {
        case .externalID(let id): ["externalId": .string(id)]
        case .identifier(let id): ["identifier": .string(id)]
        case .id(let id): ["id": .string(id)]
        }
    }

    private static func partners(_ reference: ChannelPartnerReference, id: String?) -> WireValue {
        let partner: WireValue =
            switch (id, reference) {
            case (let id?, _): ["id": .string(id)]
            case (nil, .identifier(let text)): ["identifier": .string(text)]
            case (nil, .externalID(let text)): ["externalId": .string(text)]
            }
        return ["entitlementPartner": [["partner": partner]]]
    }

    private static func attributes(_ attributes: [String: String]) -> WireValue? {
        guard !attributes.isEmpty else { return nil }
        let elements = attributes.sorted { $0.key < $1.key }.map { name, value -> WireValue in
            ["name": .string(name), "value": .string(value)]
        }
        return ["customAttribute": .array(elements)]
    }

    private static func date(_ date: LocalDate) -> WireValue { .string(date.description) }

    private static func expiry(_ end: LocalDate?) -> WireValue {
        guard let end else { return ["neverExpires": true] }
        return ["neverExpires": false, "endDate": date(end)]
    }
}

/// Members in the order in which they were first set.
private struct Members {
    private(set) var value: WireValue = .object([])

    subscript(name: String) -> WireValue? {
        get { value[name] }
        set {
            guard let newValue, case .object(var members) = value else { return }
            members.removeAll { $0.name == name }
            members.append((name: name, value: newValue))
            value = .object(members)
        }
    }
}

/// What changes of lines that are there, by product key.
private struct LineUpdates {
    private var order: [String] = []
    private var updates: [String: Members] = [:]

    var elements: [WireValue] { order.compactMap { updates[$0]?.value } }

    mutating func set(_ name: String, _ value: WireValue?, of line: Entitlement.LineItem?) {
        guard let line else { return }
        set(name, value, ofProductKey: line.productKeyID)
    }

    mutating func set(_ name: String, _ value: WireValue?, ofProductKey id: String) {
        if updates[id] == nil {
            order.append(id)
            updates[id, default: Members()]["pkId"] = .string(id)
        }
        updates[id, default: Members()][name] = value
    }
}
