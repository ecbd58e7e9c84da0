/// A JSON value, with the members of an object in the order they came in.
public enum JSON: Hashable, Sendable {
    /// `null`
    case null
    /// `true` or `false`
    case bool(Bool)
    /// A number written as an integer that fits; kept exactly.
    case integer(Int)
    /// Any other number, as the double next to it; always finite.
    case number(Double)
    /// A text.
    case string(String)
    /// Values in order.
    case array([JSON])
    /// Names and values in order.
    case object(Object)

    /// The members of an object.
    public struct Object: Hashable, Sendable {
        /// A name and its value.
        public struct Member: Hashable, Sendable {
            /// The name.
            public var name: String
            /// Its value.
            public var value: JSON

            /// A name and its value.
            public init(_ name: String, _ value: JSON) {
                self.name = name
                self.value = value
            }
        }

        /// In the order they came in.
        public var members: [Member]

        /// An object of these members.
        public init(_ members: [Member] = []) { self.members = members }

        /// The value of that name.
        public subscript(name: String) -> JSON? { members.first { $0.name.isIdentical(to: name) }?.value }

        /// Puts a member at the end, unless there is no value.
        public mutating func append(_ name: String, _ value: JSON?) {
            guard let value else { return }
            members.append(Member(name, value))
        }

        /// Puts a text at the end, unless there is none.
        public mutating func append(_ name: String, _ text: String?) { append(name, text.map(JSON.string)) }
    }
}

extension JSON {
    /// What kind of value it is, in a word for a person.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .integer, .number: "a number"
        case .string: "text"
        case .array: "a list"
        case .object: "an object"
        }
    }

    /// The text, if it is one.
    public var text: String? { if case .string(let text) = self { text } else { nil } }

    /// The elements, if it is a list.
    public var elements: [JSON]? { if case .array(let elements) = self { elements } else { nil } }

    /// The members, if it is an object.
    public var object: Object? { if case .object(let object) = self { object } else { nil } }

    /// The number, if it is whole and fits: `1.0` is 1, as JSON Schema says.
    public var wholeNumber: Int? {
        switch self {
        case .integer(let number): number
        case .number(let number): Int(exactly: number)
        case .null, .bool, .string, .array, .object: nil
        }
    }

    /// The value of that name, if it is an object that has it.
    public subscript(name: String) -> JSON? { object?[name] }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A text.
    public init(stringLiteral text: String) { self = .string(text) }

    /// `true` or `false`.
    public init(booleanLiteral flag: Bool) { self = .bool(flag) }

    /// A whole number.
    public init(integerLiteral number: Int) { self = .integer(number) }

    /// Values in order.
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }

    /// Members in order.
    public init(dictionaryLiteral members: (String, JSON)...) {
        self = .object(Object(members.map { Object.Member($0.0, $0.1) }))
    }
}

extension String {
    /// Equal code unit by code unit, as JSON compares names; `==` takes composed and decomposed characters as equal.
    func isIdentical(to other: String) -> Bool { utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8) }
}
