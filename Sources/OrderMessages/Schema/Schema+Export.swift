extension Schema {
    /// As a JSON Schema document's part.
    public var json: JSON {
        var object = JSON.Object()
        object.append("description", summary)
        switch kind {
        case .anything: break
        case .flag: object.append("type", type("boolean"))
        case .scalar: object.append("type", .array(["string", "number", "boolean"] + (isNullable ? ["null"] : [])))
        case .integer(let range):
            object.append("type", type("integer"))
            object.append("minimum", range.lowerBound == .min ? nil : .integer(range.lowerBound))
            object.append("maximum", range.upperBound == .max ? nil : .integer(range.upperBound))
        case .text(let rules): rules.append(to: &object, type("string"))
        case .constant(let text): object.append("const", text)
        case .oneOf(let texts): object.append("enum", .array(texts.map(JSON.string)))
        case .list(let rules):
            object.append("type", type("array"))
            object.append("minItems", rules.count.lowerBound == 0 ? nil : .integer(rules.count.lowerBound))
            object.append("maxItems", rules.count.upperBound == .max ? nil : .integer(rules.count.upperBound))
            object.append("items", rules.element.json)
        case .object(let rules):
            object.append("type", type("object"))
            rules.append(to: &object)
        }
        let examples = shownExamples
        object.append("examples", examples.isEmpty ? nil : .array(examples))
        return .object(object)
    }

    private func type(_ name: String) -> JSON { isNullable ? [.string(name), "null"] : .string(name) }
}

extension TextRules {
    func append(to object: inout JSON.Object, _ type: JSON) {
        object.append("type", type)
        // A date's length is its pattern's.
        if pattern != .date {
            object.append("minLength", length.lowerBound == 0 ? nil : .integer(length.lowerBound))
            object.append("maxLength", length.upperBound == .max ? nil : .integer(length.upperBound))
        }
        object.append("format", pattern?.format)
        object.append("pattern", pattern?.rawValue)
    }
}

extension ObjectRules {
    func append(to object: inout JSON.Object) {
        let required = properties.filter(\.isRequired).map { JSON.string($0.name) }
        object.append("required", required.isEmpty ? nil : .array(required))
        if !properties.isEmpty {
            object.append(
                "properties",
                .object(JSON.Object(properties.map { JSON.Object.Member($0.name, $0.schema.json) }))
            )
        }
        switch others {
        case .refused: object.append("additionalProperties", false)
        case .tolerated: break
        case .named(let pattern, let schema):
            object.append("propertyNames", ["pattern": .string(pattern.rawValue)])
            object.append("additionalProperties", schema.json)
        case .texts(let length, let schema):
            var names = JSON.Object()
            TextRules(length: length, pattern: .line).append(to: &names, "string")
            object.append("propertyNames", .object(names))
            object.append("additionalProperties", schema.json)
        }
        object.append("maxProperties", maximumCount.map(JSON.integer))
        appendConditions(to: &object)
    }

    private func appendConditions(to object: inout JSON.Object) {
        var dependent = JSON.Object()
        var all: [JSON] = []
        for condition in conditions {
            switch condition {
            case .exactlyOne(let names): all.append(["oneOf": .array(names.map { ["required": [.string($0)]] })])
            case .oneNotEmpty(let names):
                all.append([
                    "anyOf": .array(
                        names.map { name in
                            [
                                "required": [.string(name)],
                                "properties": .object(JSON.Object([.init(name, ["minItems": 1])])),
                            ]
                        }
                    )
                ])
            case .together(let names):
                for name in names {
                    dependent.append(name, .array(names.filter { $0 != name }.map(JSON.string)))
                }
            }
        }
        object.append("dependentRequired", dependent.members.isEmpty ? nil : .object(dependent))
        object.append("allOf", all.isEmpty ? nil : .array(all))
    }
}
