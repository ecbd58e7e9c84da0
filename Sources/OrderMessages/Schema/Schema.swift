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
    /// Values that show what is meant; each of them fits.
    public var examples: [JSON] = []
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

    /// The same schema with a value that shows what is meant.
    func example(_ value: JSON) -> Schema {
        var copy = self
        copy.examples = [value]
        return copy
    }

    /// The same schema, which allows `null` too.
    public var orNull: Schema {
        var copy = self
        copy.isNullable = true
        return copy
    }
}
