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
