// Short forms, so that a schema reads like the table it is.

extension Schema {
    static func integer(_ range: ClosedRange<Int>, _ summary: String? = nil) -> Schema {
        Schema(.integer(range), summary)
    }

    static func flag(_ summary: String? = nil) -> Schema { Schema(.flag, summary) }

    static func constant(_ text: String, _ summary: String? = nil) -> Schema { Schema(.constant(text), summary) }

    static func oneOf(_ texts: [String], _ summary: String? = nil) -> Schema { Schema(.oneOf(texts), summary) }

    static func list(of element: Schema, _ count: ClosedRange<Int> = 0...Int.max, _ summary: String? = nil) -> Schema {
        Schema(.list(ListRules(element: element, count: count)), summary)
    }

    static func object(
        _ summary: String? = nil,
        _ properties: [ObjectRules.Property],
        _ conditions: [ObjectRules.Condition] = [],
        others: ObjectRules.Others = .refused,
        maximumCount: Int? = nil
    ) -> Schema {
        let rules = ObjectRules(
            properties: properties,
            conditions: conditions,
            others: others,
            maximumCount: maximumCount
        )
        return Schema(.object(rules), summary)
    }
}

extension ObjectRules.Property {
    static func required(_ name: String, _ schema: Schema) -> Self {
        Self(name: name, schema: schema, isRequired: true)
    }

    static func optional(_ name: String, _ schema: Schema) -> Self {
        Self(name: name, schema: schema, isRequired: false)
    }
}

extension Schema {
    static func text(
        _ length: ClosedRange<Int>,
        like pattern: TextPattern? = .line,
        maximumBytes: Int? = nil,
        _ summary: String? = nil
    ) -> Schema {
        Schema(.text(TextRules(length: length, maximumBytes: maximumBytes, pattern: pattern)), summary)
    }

    static func date(_ summary: String? = nil) -> Schema { text(10...10, like: .date, summary) }
}
