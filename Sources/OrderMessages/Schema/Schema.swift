/// A JSON Schema (2020-12, the part that this project uses) as a value: it checks, and it can be exported.
public struct Schema: Hashable, Sendable {
    /// What a value may be.
    public indirect enum Kind: Hashable, Sendable {
        /// Anything.
        case anything
        /// `true` or `false`.
        case flag
        /// A number without a fraction; `1.0` is one.
        case integer(ClosedRange<Int>)
        /// A text.
        case text(TextRules)
        /// Exactly this text.
        case constant(String)
        /// One of these texts.
        case oneOf([String])
        /// A list.
        case list(ListRules)
        /// An object.
        case object(ObjectRules)
        /// A text, a number, true or false: what a CloudEvents attribute can be.
        case scalar
    }

    /// What the value may be.
    public var kind: Kind
    /// What it means, for a person.
    public var summary: String?
    /// Whether `null` is allowed too.
    public var isNullable = false

    /// A schema of that kind.
    public init(_ kind: Kind, _ summary: String? = nil) {
        self.kind = kind
        self.summary = summary
    }

    /// The same schema with another meaning.
    public func described(_ summary: String) -> Schema {
        var copy = self
        copy.summary = summary
        return copy
    }

    /// The same schema, which allows `null` too.
    public var orNull: Schema {
        var copy = self
        copy.isNullable = true
        return copy
    }
}

/// Limits of a list.
public struct ListRules: Hashable, Sendable {
    /// What each element must be.
    public var element: Schema
    /// The fewest and the most elements.
    public var count: ClosedRange<Int>
}

/// What an object must, may and must not have.
public struct ObjectRules: Hashable, Sendable {
    /// A member by name.
    public struct Property: Hashable, Sendable {
        /// The name.
        public var name: String
        /// What its value must be.
        public var schema: Schema
        /// Whether it must be there.
        public var isRequired: Bool
    }

    /// What may be there besides the known members.
    public enum Others: Hashable, Sendable {
        /// Nothing: a typing error can't silently lose a field.
        case refused
        /// Anything: what readers must bear, because fields may be added.
        case tolerated
        /// Members whose names follow the pattern.
        case named(TextPattern, Schema)
        /// Members whose names have that length.
        case texts(nameLength: ClosedRange<Int>, Schema)
    }

    /// A condition on which members are there together.
    public enum Condition: Hashable, Sendable {
        /// Exactly one of these.
        case exactlyOne([String])
        /// At least one of these, and it isn't an empty list.
        case oneNotEmpty([String])
        /// These all or none.
        case together([String])
    }

    /// In the order of the documents.
    public var properties: [Property]
    /// Checked in this order.
    public var conditions: [Condition]
    /// What may be there besides.
    public var others: Others
    /// The most members of all.
    public var maximumCount: Int?

    /// The rules for the member of that name.
    func property(_ name: String) -> Property? { properties.first { $0.name.isIdentical(to: name) } }
}

// MARK: - Short forms, so that a schema reads like the table it is

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
