import SubscriptionLifecycle

@testable import OrderMessages

extension Command {
    /// The `data` that this was read from, with every default written out.
    var data: JSON {
        switch self {
        case .change(let change): change.data
        case .view(let view): view.data
        case .sync(let sync): sync.data
        }
    }
}

extension ChangeCommand {
    fileprivate var data: JSON {
        var data = JSON.Object()
        data.append("subscriptionId", subscriptionID.description)
        data.append("orderId", orderID)
        data.append("purchaseOrder", purchaseOrder)
        data.append("requestedBy", requestedBy)
        data.append("reason", reason)
        data.append("expectedVersion", expectedVersion.map(JSON.integer))
        switch action {
        case .create(let create):
            create.details.append(to: &data)
            data.append("term", create.length.json(["start": .string(create.start.description)]))
            data.append("lineItems", .array(create.lineItems.map(\.data)))
        case .startTrial(let trial):
            trial.details.append(to: &data)
            var object: JSON.Object = JSON.Object([.init("days", .integer(trial.days))])
            object.append("start", trial.start?.description)
            data.append("trial", .object(object))
            data.append("lineItems", .array(trial.lineItems.map(\.data)))
        case .convert(let conversion):
            let start = conversion.start.map { ["start": JSON.string($0.description)] } ?? [:]
            data.append("term", conversion.length.json(start))
            data.append("lineItems", conversion.lineItems.data)
        case .renew(let renewal): data.append("term", renewal.data)
        case .upsell(let renewal, let lines), .reduce(let renewal, let lines):
            data.append("term", renewal.data)
            data.append("lineItems", lines.data)
        case .cancel(let effect): data.append("effective", effect.rawValue)
        }
        return .object(data)
    }
}

extension NewSubscription {
    fileprivate func append(to data: inout JSON.Object) {
        var object = customer.key.json
        object.append("name", customer.name)
        if let contact = customer.contact {
            var person = JSON.Object([.init("email", .string(contact.email))])
            person.append("name", contact.name)
            object.append("contact", .object(person))
        }
        data.append("customer", .object(object))
        switch channelPartner {
        case .identifier(let id): data.append("channelPartner", ["identifier": .string(id)])
        case .externalID(let id): data.append("channelPartner", ["externalId": .string(id)])
        case nil: break
        }
        data.append("attributes", attributes.isEmpty ? nil : .byName(attributes))
        data.append("autoRenew", autoRenew.map(JSON.bool))
    }
}

extension CustomerReference.Key {
    fileprivate var json: JSON.Object {
        switch self {
        case .externalID(let id): JSON.Object([.init("externalId", .string(id))])
        case .identifier(let id): JSON.Object([.init("identifier", .string(id))])
        case .id(let id): JSON.Object([.init("id", .string(id))])
        }
    }
}

extension TermLength {
    fileprivate func json(_ more: [String: JSON]) -> JSON {
        var object = JSON.Object(more.map { JSON.Object.Member($0.key, $0.value) })
        switch self {
        case .until(let end): object.append("end", end.description)
        case .months(let months): object.append("months", .integer(months))
        case .days(let days): object.append("days", .integer(days))
        }
        return .object(object)
    }
}

extension Renewal {
    fileprivate var data: JSON { length.json(["from": .string(base.rawValue)]) }
}

extension NewLineItem {
    fileprivate var data: JSON {
        var object = JSON.Object()
        object.append("lineId", lineID.description)
        object.append("product", product.json)
        object.append("quantity", .integer(quantity))
        object.append("attributes", attributes.isEmpty ? nil : .byName(attributes))
        return .object(object)
    }
}

extension LineItemChanges {
    fileprivate var data: JSON {
        var object = JSON.Object()
        object.append("add", add.isEmpty ? nil : .array(add.map(\.data)))
        object.append("remove", remove.isEmpty ? nil : .array(remove.map { .string($0.description) }))
        let changes = change.map {
            ["lineId": .string($0.lineID.description), "quantity": .integer($0.quantity)] as JSON
        }
        object.append("change", changes.isEmpty ? nil : .array(changes))
        return .object(object)
    }
}

extension ViewEntitlement {
    fileprivate var data: JSON {
        var object = JSON.Object()
        switch key {
        case .subscription(let id): object.append("subscriptionId", id.description)
        case .entitlement(let id): object.append("entitlementId", id)
        }
        object.append("include", includesConsumption ? ["consumption"] : nil)
        return .object(object)
    }
}

extension SyncEntitlements {
    fileprivate var data: JSON {
        var filter = JSON.Object()
        filter.append("customer", customer.map { .object($0.json) })
        filter.append("modifiedSince", modifiedSince?.description)
        let states = SubscriptionState.allCases.filter(states.contains).map { JSON.string($0.rawValue) }
        filter.append("states", states.isEmpty ? nil : .array(states))
        let ids = subscriptionIDs.map { JSON.string($0.description) }
        filter.append("subscriptionIds", ids.isEmpty ? nil : .array(ids))
        var object = JSON.Object()
        object.append("filter", filter.members.isEmpty ? nil : .object(filter))
        object.append("include", includesConsumption ? ["consumption"] : nil)
        return .object(object)
    }
}
