/// Compares two JSON Schema documents: what the newer one allows that the older one doesn't, and the other way round.
///
/// It never says that nothing is lost, or that nothing is new, where it can't tell.
struct SchemaComparison {
    /// What becomes of the values that are allowed.
    enum Effect: Hashable {
        /// All that was allowed is allowed; more may be.
        case wider
        /// All that is allowed was allowed; less may be.
        case narrower
        /// What is allowed is what was allowed.
        case same
        /// Not to be judged from the documents.
        case unclear
    }

    struct Difference: Hashable {
        let effect: Effect
        let place: String
        let what: String
    }

    private(set) var differences: [Difference] = []

    /// Every difference between two documents that isn't only told to people.
    static func differences(from old: JSON, to new: JSON) -> [Difference] {
        var comparison = SchemaComparison()
        comparison.compare(old, new, at: "")
        return comparison.differences
    }

    mutating func note(_ effect: Effect, _ place: String, _ what: String) {
        differences.append(Difference(effect: effect, place: place, what: what))
    }

    mutating func compare(_ old: JSON, _ new: JSON, at place: String) {
        let (old, new) = (old.essence, new.essence)
        guard old != new else { return }
        switch (old, new) {
        case (.bool(false), _): note(.wider, place, "may be there")
        case (_, .bool(false)): note(.narrower, place, "must not be there")
        case (.object(let old), .object(let new)): compare(old, new, at: place)
        case (.object(let old), _): compare(old, JSON.Object(), at: place)
        case (_, .object(let new)): compare(JSON.Object(), new, at: place)
        case (_, _): note(.unclear, place, "changed, judge by hand")
        }
    }

    private mutating func compare(_ old: JSON.Object, _ new: JSON.Object, at place: String) {
        compareTypes(old["type"], new["type"], at: place)
        compareWords(old, new, at: place)
        for (name, isMinimum) in Self.limits { compareLimit(name, isMinimum, old[name], new[name], at: place) }
        compareMembers(old, new, at: place)
        compare(old["items"] ?? true, new["items"] ?? true, at: place + "[]")
        compareAll(old, new, at: place)
        let known = Set(Self.limits.map(\.0)).union(Self.handled)
        for name in Self.names(old, new) where !known.contains(name) && old[name] != new[name] {
            compareOther(name, old[name], new[name], at: place)
        }
    }

    private static let limits = [
        ("minimum", true), ("maximum", false), ("minLength", true), ("maxLength", false), ("minItems", true),
        ("maxItems", false), ("minProperties", true), ("maxProperties", false),
    ]

    private static let handled: Set<String> = [
        "type", "const", "enum", "required", "properties", "additionalProperties", "propertyNames", "items", "allOf",
        "dependentRequired",
    ]

    private static func names(_ old: JSON.Object, _ new: JSON.Object) -> [String] {
        let names = old.members.map(\.name)
        return names + new.members.map(\.name).filter { !names.contains($0) }
    }

    /// A keyword that only narrows, so that without it more is allowed; what two of its values mean nobody can tell.
    private mutating func compareOther(_ name: String, _ old: JSON?, _ new: JSON?, at place: String) {
        // Others depend on keywords beside them, or aren't known here.
        let narrows = [
            "pattern", "format", "oneOf", "anyOf", "not", "uniqueItems", "multipleOf", "exclusiveMinimum",
            "exclusiveMaximum",
        ]
        switch (old, new) {
        case (nil, _?) where narrows.contains(name): note(.narrower, place, "\(name) added")
        case (_?, nil) where narrows.contains(name): note(.wider, place, "\(name) removed")
        case (let old?, let new?) where old.isShort && new.isShort:
            note(.unclear, place, "\(name) \(old.compactText) → \(new.compactText), judge by hand")
        case (_, _): note(.unclear, place, "\(name) changed, judge by hand")
        }
    }
}

extension JSON {
    /// Without what is only told to people; a schema without anything is `true`.
    var essence: JSON {
        guard case .object(let object) = self else { return self }
        let told: Set = [
            "$schema", "$id", "$comment", "title", "description", "examples", "default", "deprecated", "readOnly",
            "writeOnly", "contentMediaType", "contentEncoding",
        ]
        let members = object.members.filter { !told.contains($0.name) && !$0.name.hasPrefix("x-") }
        return members.isEmpty ? true : .object(Object(members))
    }

    fileprivate var isShort: Bool { compactBytes.count <= 60 }
}
