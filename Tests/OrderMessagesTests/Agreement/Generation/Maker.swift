import OrderMessages

/// Makes values that a schema allows, drawn at random; one limit in it can be met or violated on purpose.
struct Maker {
    /// Which limit shall be just met or just violated, seen from the value that is made.
    struct Wish {
        var path: ArraySlice<Limit.Step>
        let rule: Limit.Rule
        let side: Limit.Side

        init(_ limit: Limit, _ side: Limit.Side) {
            path = limit.path[...]
            rule = limit.rule
            self.side = side
        }

        /// The same, seen from one step further in.
        var inside: Wish {
            var wish = self
            wish.path = path.dropFirst()
            return wish
        }
    }

    var chance: Chance

    mutating func value(_ schema: Schema, _ wish: Wish? = nil) -> Draft { value(schema, wish, isNotEmpty: false) }

    mutating func value(_ schema: Schema, _ wish: Wish?, isNotEmpty: Bool) -> Draft {
        if let wish, wish.path.isEmpty { return edge(schema, wish) }
        if schema.isNullable, wish == nil, chance.happens(8) { return .word("null") }
        switch schema.kind {
        case .anything: return .word("null")
        case .flag: return .word(chance.one(["true", "false"]))
        case .scalar:
            return chance.one([.text(text(.lines, chance.number(0...20))), .word("1e0"), .word("-0"), .word("true")])
        case .integer(let range): return spelled(integer(range))
        case .text(let rules): return spelled(text(rules))
        case .constant(let text): return spelled(text)
        case .oneOf(let texts): return spelled(chance.one(texts))
        case .list(let rules): return list(rules, wish, isNotEmpty: isNotEmpty)
        case .object(let rules): return .object(members(rules, wish))
        }
    }

    private mutating func list(_ rules: ListRules, _ wish: Wish?, isNotEmpty: Bool) -> Draft {
        let fewest = max(rules.count.lowerBound, wish != nil || isNotEmpty ? 1 : 0)
        let count = min(
            chance.one([fewest, fewest, fewest + 1, chance.number(fewest...(fewest + 4))]),
            rules.count.upperBound
        )
        var elements: [Draft] = []
        for _ in 0..<count { elements.append(value(rules.element)) }
        if let wish, !elements.isEmpty {
            elements[chance.number(0...(elements.count - 1))] = value(rules.element, wish.inside)
        }
        return .list(elements)
    }

    /// The members of an object, some wish fulfilled further in.
    mutating func members(_ rules: ObjectRules, _ wish: Wish? = nil) -> [Draft.Member] {
        var wished: String?
        if case .member(let name)? = wish?.path.first { wished = name }
        let names = presence(rules, with: wished)
        var filled: Set<String> = []
        for case .oneNotEmpty(let choices) in rules.conditions {
            if let choice = choices.filter(names.contains).randomElement(using: &chance) { filled.insert(choice) }
        }
        var members = rules.properties.filter { names.contains($0.name) }.map { property in
            let inner = property.name == wished ? wish?.inside : nil
            return Draft.Member(
                property.name,
                value(property.schema, inner, isNotEmpty: filled.contains(property.name))
            )
        }
        if let schema = rules.othersSchema {
            let isWished = wish?.path.first == .other
            for index in 0..<(isWished ? chance.number(1...3) : chance.one([0, 0, 0, 1, 2, 5])) {
                let name = otherName(rules, besides: members)
                members.append(.init(name, value(schema, isWished && index == 0 ? wish?.inside : nil)))
            }
        }
        return chance.happens(20) ? members.shuffled(using: &chance) : members
    }

    /// A draw of the names that are there, such that the conditions hold.
    private mutating func presence(_ rules: ObjectRules, with wished: String?) -> Set<String> {
        var names: Set<String> = []
        // Conditions are few and simple: one draw in a handful fits.
        for _ in 0..<500 {
            let percent = chance.one([0, 15, 50, 85, 100])
            names = Set(
                rules.properties.filter { $0.isRequired || $0.name == wished || chance.happens(percent) }.map(\.name)
            )
            let isFit = rules.conditions.allSatisfy { condition in
                switch condition {
                case .exactlyOne(let choices): choices.count(where: names.contains) == 1
                case .oneNotEmpty(let choices): choices.contains(where: names.contains)
                case .together(let all): all.allSatisfy(names.contains) || !all.contains(where: names.contains)
                }
            }
            if isFit { break }
        }
        return names
    }
}

extension ObjectRules {
    /// What members that have no property of their own must be, where there may be such.
    var othersSchema: Schema? {
        switch others {
        case .refused, .tolerated: nil
        case .named(_, let schema), .texts(_, let schema): schema
        }
    }
}
