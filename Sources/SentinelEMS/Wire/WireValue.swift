/// JSON as EMS speaks it, read tolerantly: what is `null`, empty or of another shape counts as not set.
enum WireValue: Hashable, Sendable {
    /// `null`
    case null
    /// `true` or `false`
    case bool(Bool)
    /// A number, as it was written.
    case number(String)
    /// A text.
    case string(String)
    /// Values in order.
    case array([WireValue])
    /// Members in order.
    case object([(name: String, value: WireValue)])

    static func == (left: WireValue, right: WireValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left == right
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left.elementsEqual(right, by: ==)
        case (.null, _), (.bool, _), (.number, _), (.string, _), (.array, _), (.object, _): false
        }
    }

    func hash(into hasher: inout Hasher) { hasher.combine(encoded) }
}

// MARK: - Reading

extension WireValue {
    /// The member of that name; `nil` when this is no object, has none, or has `null`.
    subscript(name: String) -> WireValue? {
        guard case .object(let members) = self, let found = members.first(where: { $0.name == name }) else {
            return nil
        }
        return found.value == .null ? nil : found.value
    }

    /// A text that is not empty; numbers and flags as they would be written.
    var text: String? {
        switch self {
        case .string(let text), .number(let text): text.isEmpty ? nil : text
        case .bool(let flag): String(flag)
        case .null, .array, .object: nil
        }
    }

    /// A whole number, written as a number (`10`, `10.0`) or as a text.
    var count: Int? {
        guard let text else { return nil }
        return Int(text) ?? Double(text).flatMap { Int(exactly: $0) }
    }

    /// A flag, written as one or as a text.
    var flag: Bool? {
        switch text?.lowercased() {
        case "true": true
        case "false": false
        case .some, nil: nil
        }
    }

    /// The elements of `{outer: {inner: […]}}`: none when either is missing, and one when a single object stands in
    /// place of the list.
    func elements(_ outer: String, _ inner: String) -> [WireValue] {
        switch self[outer]?[inner] {
        case .array(let elements): elements
        case .object(let members): [.object(members)]
        case .null, .bool, .number, .string, nil: []
        }
    }
}

// MARK: - Building

extension WireValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    init(stringLiteral text: String) { self = .string(text) }
    init(booleanLiteral flag: Bool) { self = .bool(flag) }
    init(integerLiteral number: Int) { self = .number(String(number)) }
    init(arrayLiteral elements: WireValue...) { self = .array(elements) }
    init(dictionaryLiteral members: (String, WireValue)...) {
        self = .object(members.map { (name: $0.0, value: $0.1) })
    }

    /// An object of the members that have a value.
    static func members(_ members: KeyValuePairs<String, WireValue?>) -> WireValue {
        .object(members.compactMap { name, value in value.map { (name: name, value: $0) } })
    }

    /// A whole number.
    static func count(_ number: Int) -> WireValue { .number(String(number)) }
}
