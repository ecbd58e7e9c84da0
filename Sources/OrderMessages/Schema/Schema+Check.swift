extension Schema {
    /// The first violation in the order of the document, then what is missing, in the order of the schema.
    ///
    /// The path is put together on the way out: what is right, which is nearly everything, pays nothing for it.
    public func violation(in value: JSON) -> SchemaViolation? {
        if isNullable, value == .null { return nil }
        switch (kind, value) {
        case (.anything, _), (.flag, .bool), (.scalar, .string), (.scalar, .bool), (.scalar, .integer),
            (.scalar, .number):
            return nil
        case (.integer(let range), .integer), (.integer(let range), .number):
            return Self.complaint(about: value, outside: range).map { SchemaViolation($0) }
        case (.text(let rules), .string(let text)):
            return rules.complaint(about: text).map { SchemaViolation($0) }
        case (.constant(let wanted), .string(let text)):
            return text.isIdentical(to: wanted) ? nil : SchemaViolation("must be \(wanted)")
        case (.oneOf(let wanted), .string(let text)):
            if wanted.contains(where: { $0.isIdentical(to: text) }) { return nil }
            return SchemaViolation("must be one of \(wanted.joined(separator: ", "))")
        case (.list(let rules), .array(let elements)): return rules.violation(in: elements)
        case (.object(let rules), .object(let object)): return rules.violation(in: object)
        case (.flag, _), (.integer, _), (.text, _), (.constant, _), (.oneOf, _), (.list, _), (.object, _), (.scalar, _):
            return SchemaViolation("must be \(kind.words), is \(value.kind)")
        }
    }

    private static func complaint(about value: JSON, outside range: ClosedRange<Int>) -> String? {
        if let number = value.wholeNumber {
            if number < range.lowerBound { return "must be at least \(range.lowerBound)" }
            return number > range.upperBound ? "must be at most \(range.upperBound)" : nil
        }
        // Whole, but beyond what an Int can hold: outside every range.
        if case .number(let number) = value, number.rounded(.towardZero) == number {
            return number < 0 ? "must be at least \(range.lowerBound)" : "must be at most \(range.upperBound)"
        }
        return "must be a whole number"
    }
}

extension Schema.Kind {
    /// What a value of this kind is, in words.
    var words: String {
        switch self {
        case .anything: "anything"
        case .flag: "true or false"
        case .integer: "a whole number"
        case .text, .constant, .oneOf: "text"
        case .list: "a list"
        case .object: "an object"
        case .scalar: "text, a number, true or false"
        }
    }
}

extension TextRules {
    func complaint(about text: String) -> String? {
        let count = text.unicodeScalars.count
        if count == 0, length.lowerBound > 0 { return "must not be empty" }
        // The form first: who writes "yesterday" isn't helped by how long a time must be.
        if let pattern, !pattern.matches(text) { return "must be \(pattern.words)" }
        if count < length.lowerBound { return "must have at least \(length.lowerBound) characters" }
        if count > length.upperBound { return "must have at most \(length.upperBound) characters, has \(count)" }
        if let maximumBytes, text.utf8.count > maximumBytes {
            return "must have at most \(maximumBytes) bytes of UTF-8, has \(text.utf8.count)"
        }
        return nil
    }
}

extension ListRules {
    func violation(in elements: [JSON]) -> SchemaViolation? {
        if elements.count < count.lowerBound {
            return SchemaViolation(
                "must have at least \(count.lowerBound) \(Self.noun(count.lowerBound))"
            )
        }
        if elements.count > count.upperBound {
            return SchemaViolation(
                "must have at most \(count.upperBound) \(Self.noun(count.upperBound)), has \(elements.count)"
            )
        }
        for (index, value) in elements.enumerated() {
            if let violation = element.violation(in: value) { return violation.inside(.element(index)) }
        }
        return nil
    }

    private static func noun(_ count: Int) -> String { count == 1 ? "element" : "elements" }
}

extension ObjectRules {
    func violation(in object: JSON.Object) -> SchemaViolation? {
        for member in object.members {
            if let violation = violation(in: member) { return violation.inside(.member(member.name)) }
        }
        for property in properties where property.isRequired && object[property.name] == nil {
            return SchemaViolation("is required").inside(.member(property.name))
        }
        for condition in conditions {
            if let complaint = condition.complaint(about: object) {
                return SchemaViolation(complaint)
            }
        }
        if let maximumCount, object.members.count > maximumCount {
            return SchemaViolation("must have at most \(maximumCount) members")
        }
        return nil
    }

    private func violation(in member: JSON.Object.Member) -> SchemaViolation? {
        if let property = property(member.name) { return property.schema.violation(in: member.value) }
        switch others {
        case .tolerated: return nil
        case .refused:
            let known = properties.map(\.name).joined(separator: ", ")
            return SchemaViolation("is not a known field; known here: \(known)")
        case .named(let pattern, let schema):
            guard pattern.matches(member.name) else {
                return SchemaViolation("is a name that must be \(pattern.words)")
            }
            return schema.violation(in: member.value)
        case .texts(let length, let schema):
            if let complaint = TextRules(length: length, pattern: .line).complaint(about: member.name) {
                return SchemaViolation("is a name that \(complaint)")
            }
            return schema.violation(in: member.value)
        }
    }
}

extension ObjectRules.Condition {
    func complaint(about object: JSON.Object) -> String? {
        switch self {
        case .exactlyOne(let names):
            let present = names.filter { object[$0] != nil }
            if present.count == 1 { return nil }
            let found = present.isEmpty ? "none" : present.joined(separator: " and ")
            return "must have exactly one of \(names.joined(separator: ", ")); has \(found)"
        case .oneNotEmpty(let names):
            let isThere = names.contains { name in object[name]?.elements.map { !$0.isEmpty } ?? false }
            return isThere ? nil : "must have at least one element in \(names.joined(separator: " or "))"
        case .together(let names):
            let present = names.filter { object[$0] != nil }
            if present.isEmpty || present.count == names.count { return nil }
            return "must have \(names.joined(separator: " and ")) together"
        }
    }
}
