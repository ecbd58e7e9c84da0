import OrderMessages

/// Edits a JSON Schema document at random, such as people do: tighter here, looser there.
struct SchemaEditor {
    var chance: Chance

    private static let limits = [
        "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties",
    ]

    mutating func edited(_ schema: JSON) -> JSON {
        var schema = schema
        for _ in 0..<chance.one([1, 1, 2, 3]) { schema = once(schema) }
        return schema
    }

    private mutating func once(_ schema: JSON) -> JSON {
        guard case .object(var object) = schema else { return chance.one([true, ["type": "string"], schema]) }
        if chance.happens(85), let inner = descended(object) { return inner }
        let name = chance.one(Self.limits)
        let old = object[name]?.wholeNumber ?? chance.number(0...3)
        switch chance.number(0...13) {
        case 0...2: object.set(name, .integer(max(0, old + chance.one([-1, 1, 5, -5, 100]))))
        case 3: object.set(object.members.randomElement(using: &chance)?.name ?? "pattern", nil)
        case 4:
            object.set(
                "type",
                chance.one(["string", "integer", "number", ["string", "null"], ["string", "integer", "object"]])
            )
        case 5: object.set("required", requirement(object))
        case 6:
            if var properties = object["properties"]?.object,
                let gone = properties.members.randomElement(using: &chance)
            {
                properties.set(gone.name, nil)
                object.set("properties", .object(properties))
            }
        case 7:
            if var properties = object["properties"]?.object {
                properties.set(chance.one(["weeks", "priority", "xa"]), chance.one([["type": "string"], true, false]))
                object.set("properties", .object(properties))
            }
        case 8: object.set("additionalProperties", chance.one([true, false, ["type": "string"], nil]))
        case 9: object.set("enum", words(object))
        case 10: object.set("pattern", chance.one(["^[a-z]+$", "x", nil]))
        case 11:
            object.set(
                "allOf",
                chance.one([
                    nil, [["required": ["orderId"]]],
                    [
                        [
                            "oneOf": [
                                ["required": ["end"]], ["required": ["months"]], ["required": ["days"]],
                                ["required": ["weeks"]],
                            ]
                        ]
                    ],
                ])
            )
        case 12: object.set("const", nil)
        default: object.set("description", "Another one.")
        }
        return .object(object)
    }

    /// With an edit somewhere inside; `nil` when there is no inside.
    private mutating func descended(_ object: JSON.Object) -> JSON? {
        var object = object
        var inside = object.members.filter { ["items", "additionalProperties", "propertyNames"].contains($0.name) }.map
        { [$0.name] }
        inside += (object["properties"]?.object?.members ?? []).map { ["properties", $0.name] }
        guard
            let path = chance.happens(60) && object["properties"]?["data"] != nil
                ? ["properties", "data"] : inside.randomElement(using: &chance)
        else { return nil }
        if path.count == 1 {
            object.set(path[0], once(object[path[0]] ?? true))
        } else if var properties = object["properties"]?.object {
            properties.set(path[1], once(properties[path[1]] ?? true))
            object.set("properties", .object(properties))
        }
        return .object(object)
    }

    private mutating func requirement(_ object: JSON.Object) -> JSON? {
        var names = object["required"]?.elements ?? []
        let known = object["properties"]?.object?.members.map(\.name) ?? ["months"]
        if chance.happens(50) || names.isEmpty {
            names.append(.string(known.randomElement(using: &chance) ?? "x"))
        } else {
            names.removeFirst()
        }
        // No name may stand twice.
        return .array(names.reduce(into: []) { list, name in if !list.contains(name) { list.append(name) } })
    }

    private mutating func words(_ object: JSON.Object) -> JSON? {
        var words = object["enum"]?.elements ?? []
        if words.isEmpty || chance.happens(50) { words.append("another") } else { words.removeLast() }
        return words.isEmpty ? nil : .array(words)
    }
}

extension JSON.Object {
    /// Sets, replaces or takes away a member.
    fileprivate mutating func set(_ name: String, _ value: JSON?) {
        let index = members.firstIndex { $0.name == name }
        switch (index, value) {
        case (let index?, let value?): members[index].value = value
        case (let index?, nil): members.remove(at: index)
        case (nil, let value?): members.append(.init(name, value))
        case (nil, nil): break
        }
    }
}
