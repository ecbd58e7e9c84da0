public import SubscriptionLifecycle

extension Change {
    /// `field`, `from` and `to`; what is not set is `null`.
    public var json: JSON {
        ["field": .string(field.description), "from": base?.json ?? .null, "to": target?.json ?? .null]
    }
}

extension Fact {
    /// As outcome events show it.
    public var json: JSON {
        switch self {
        case .text(let text): .string(text)
        case .count(let count): .integer(count)
        case .flag(let flag): .bool(flag)
        case .date(let date): .string(date.description)
        case .line(let line): line.json
        }
    }
}

extension LineItemDraft {
    var json: JSON {
        var object = JSON.Object()
        object.append("lineId", item.lineID.description)
        object.append("product", item.product.json)
        object.append("quantity", .integer(item.quantity))
        object.append("term", term.json)
        object.append("attributes", item.attributes.isEmpty ? nil : .byName(item.attributes))
        return .object(object)
    }
}

extension ProductReference {
    /// As commands name it.
    var json: JSON {
        switch self {
        case .externalID(let id): ["externalId": .string(id)]
        case .identifier(let id): ["identifier": .string(id)]
        case .nameVersion(let name, let version): ["name": .string(name), "version": .string(version)]
        }
    }
}

extension Rejection {
    /// As outcome events show it.
    public func json(from state: SubscriptionState?, _ operation: OrderOperation) -> JSON {
        var object = JSON.Object()
        object.append("code", code.rawValue)
        object.append("message", message)
        object.append(
            "transition",
            state.map { ["from": .string($0.rawValue), "operation": .string(operation.rawValue)] }
        )
        object.append("observed", .facts(observed))
        object.append("required", .facts(required))
        return .object(object)
    }
}

extension Check {
    /// As previews show it.
    public var json: JSON {
        [
            "guard": .string(name.rawValue), "held": .bool(isHeld), "observed": .facts(observed),
            "required": .facts(required),
        ]
    }
}

extension JSON {
    /// Facts by name, in the order of the names' code units, so that the bytes are always the same.
    fileprivate static func facts(_ facts: [String: Fact]) -> JSON {
        let members = facts.sorted { $0.key.utf16.lexicographicallyPrecedes($1.key.utf16) }
        return .object(JSON.Object(members.map { JSON.Object.Member($0.key, $0.value.json) }))
    }
}

extension PlannedCall {
    /// The body as JSON, where it is JSON; else as text.
    public var json: JSON {
        var object = JSON.Object()
        object.append("method", method)
        object.append("path", path)
        object.append("body", body.map { (try? JSONReader.read(Array($0.utf8))) ?? .string($0) })
        return .object(object)
    }
}
