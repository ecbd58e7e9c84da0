import OrderMessages

/// One thing that a schema demands of one place.
struct Limit: Hashable, Sendable, CustomStringConvertible {
    /// A step from a schema into one inside it.
    enum Step: Hashable, Sendable {
        case member(String)
        case element
        /// A member that the schema doesn't name.
        case other
    }

    enum Rule: Hashable, Sendable {
        case type
        case null
        case minimum(Int)
        case maximum(Int)
        case whole
        case shortest(Int)
        case longest(Int)
        /// Beyond a JSON Schema: told in its description.
        case bytes(Int)
        case pattern(TextPattern)
        /// A day that exists.
        case day(TextPattern)
        case words([String])
        case fewest(Int)
        case most(Int)
        case required(String)
        case known
        case namePattern(TextPattern)
        case nameShortest(Int)
        case nameLongest(Int)
        case mostMembers(Int)
        case exactlyOne([String])
        case oneNotEmpty([String])
        case together([String])
    }

    /// Whether a value just keeps a limit or just doesn't.
    enum Side: Hashable, Sendable, CaseIterable {
        case met, violated
    }

    var path: [Step]
    var rule: Rule
    /// Whether null may stand there.
    var isNullable: Bool

    /// Null is either allowed or not; all else can be met and violated.
    var sides: [Side] { rule == .null ? [isNullable ? .met : .violated] : Side.allCases }

    var description: String {
        let steps = path.map { step in
            switch step {
            case .member(let name): name
            case .element: "[]"
            case .other: "*"
            }
        }
        return "\(steps.joined(separator: ".")): \(rule)"
    }
}

extension Limit {
    /// Every limit of a schema, from the outside in.
    static func all(in schema: Schema, at path: [Step] = []) -> [Limit] {
        var rules: [Rule] = [.null]
        var inner: [Limit] = []
        switch schema.kind {
        case .anything: rules = []
        case .flag, .scalar: rules.append(.type)
        case .constant(let text): rules += [.type, .words([text])]
        case .oneOf(let texts): rules += [.type, .words(texts)]
        case .integer(let range):
            rules += [.type, .whole]
            if range.lowerBound != .min { rules.append(.minimum(range.lowerBound)) }
            if range.upperBound != .max { rules.append(.maximum(range.upperBound)) }
        case .text(let text): rules += [.type] + Self.rules(of: text)
        case .list(let list):
            rules.append(.type)
            if list.count.lowerBound > 0 { rules.append(.fewest(list.count.lowerBound)) }
            if list.count.upperBound != .max { rules.append(.most(list.count.upperBound)) }
            inner = all(in: list.element, at: path + [.element])
        case .object(let object):
            rules += [.type] + Self.rules(of: object)
            for property in object.properties { inner += all(in: property.schema, at: path + [.member(property.name)]) }
            switch object.others {
            case .refused, .tolerated: break
            case .named(_, let schema), .texts(_, let schema): inner += all(in: schema, at: path + [.other])
            }
        }
        return rules.map { Limit(path: path, rule: $0, isNullable: schema.isNullable) } + inner
    }

    private static func rules(of text: TextRules) -> [Rule] {
        var rules: [Rule] = []
        // A date's length is its pattern's.
        if text.pattern != .date {
            if text.length.lowerBound > 0 { rules.append(.shortest(text.length.lowerBound)) }
            if text.length.upperBound != .max { rules.append(.longest(text.length.upperBound)) }
        }
        if let bytes = text.maximumBytes { rules.append(.bytes(bytes)) }
        guard let pattern = text.pattern else { return rules }
        rules.append(.pattern(pattern))
        if pattern == .date || pattern == .instant { rules.append(.day(pattern)) }
        return rules
    }

    private static func rules(of object: ObjectRules) -> [Rule] {
        var rules = object.properties.filter(\.isRequired).map { Rule.required($0.name) }
        switch object.others {
        case .refused: rules.append(.known)
        case .tolerated: break
        case .named(let pattern, _): rules.append(.namePattern(pattern))
        case .texts(let length, _):
            rules += [.namePattern(.line), .nameShortest(length.lowerBound), .nameLongest(length.upperBound)]
        }
        if let most = object.maximumCount { rules.append(.mostMembers(most)) }
        for condition in object.conditions {
            switch condition {
            case .exactlyOne(let names): rules.append(.exactlyOne(names))
            case .oneNotEmpty(let names): rules.append(.oneNotEmpty(names))
            case .together(let names): rules.append(.together(names))
            }
        }
        return rules
    }
}
