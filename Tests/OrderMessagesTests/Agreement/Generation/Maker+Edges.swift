import OrderMessages

/// Values on the edge of one limit: just allowed, or just not.
extension Maker {
    mutating func edge(_ schema: Schema, _ wish: Wish) -> Draft {
        let isMet = wish.side == .met
        switch wish.rule {
        case .null: return .word("null")
        case .type: return isMet ? value(schema.notNull, nil, isNotEmpty: true) : otherType(than: schema)
        case .minimum(let number): return spelled(isMet ? number : number - 1)
        case .maximum(let number): return spelled(isMet ? number : number + 1)
        case .whole:
            guard case .integer(let range) = schema.kind else { return .word("null") }
            let number = range.lowerBound + 1
            return .word(isMet ? chance.one(["\(number).0", "\(number)e0", "\(number)0E-1"]) : "\(number).5")
        case .words(let words): return spelled(isMet ? chance.one(words) : near(words))
        case .shortest(let count): return spelled(text(in: schema, isMet ? count : count - 1))
        case .longest(let count): return spelled(text(in: schema, isMet ? count : count + 1))
        case .bytes(let count): return spelled(wide(isMet ? count : count + 1))
        case .pattern(let pattern): return spelled(isMet ? kept(pattern, schema) : broken(pattern, schema))
        case .day(let pattern): return spelled(isMet ? text(pattern, 25) : absentDay(pattern))
        case .fewest(let count): return list(schema, isMet ? count : count - 1)
        case .most(let count): return list(schema, isMet ? count : count + 1)
        case .required, .known, .namePattern, .nameShortest, .nameLongest, .mostMembers, .exactlyOne, .oneNotEmpty,
            .together:
            guard case .object(let rules) = schema.kind else { return .word("null") }
            return .object(edge(rules, wish.rule, isMet: isMet))
        }
    }

    private mutating func edge(_ rules: ObjectRules, _ rule: Limit.Rule, isMet: Bool) -> [Draft.Member] {
        var members = members(rules)
        func value(_ name: String) -> Schema? { rules.properties.first { $0.name == name }?.schema }
        switch rule {
        case .required(let name) where !isMet: members.removeAll { $0.name == name }
        case .known where !isMet:
            members.append(.init(chance.one(["unknown", "Unknown", "data_base64", "$ref"]), .number(1)))
        case .namePattern(let pattern):
            let name = isMet ? "x" + text(pattern, 3) : broken(pattern, nil)
            members.removeAll { $0.name == name }
            members.append(.init(name, othersValue(rules)))
        case .nameShortest(let count), .nameLongest(let count):
            let isShortest = if case .nameShortest = rule { true } else { false }
            let name = text(.line, isMet ? count : isShortest ? count - 1 : count + 1)
            members.removeAll { $0.name == name }
            members.append(.init(name, othersValue(rules)))
        case .mostMembers(let count):
            members = Array(members.prefix(isMet ? count : count + 1))
            while members.count < (isMet ? count : count + 1) {
                members.append(.init("n\(members.count)" + otherName(rules, besides: members), othersValue(rules)))
            }
        case .exactlyOne(let names) where !isMet:
            if chance.happens(50) {
                members.removeAll { names.contains($0.name) }
            } else if let name = names.filter({ name in !members.contains { $0.name == name } }).randomElement(
                using: &chance
            ),
                let schema = value(name)
            {
                members.append(.init(name, self.value(schema)))
            }
        case .oneNotEmpty(let names):
            for name in names {
                members.removeAll { $0.name == name }
                if chance.happens(50) { members.append(.init(name, .list([]))) }
            }
            guard isMet, let name = names.randomElement(using: &chance), let schema = value(name),
                case .list(let list) = schema.kind
            else { break }
            members.removeAll { $0.name == name }
            members.append(.init(name, .list([self.value(list.element)])))
        case .together(let names) where !isMet:
            members.removeAll { names.contains($0.name) }
            if let name = names.randomElement(using: &chance), let schema = value(name) {
                members.append(.init(name, self.value(schema)))
            }
        case .required, .known, .exactlyOne, .together: break
        case .type, .null, .minimum, .maximum, .whole, .shortest, .longest, .bytes, .pattern, .day, .words, .fewest,
            .most:
            break
        }
        return members
    }

    private mutating func othersValue(_ rules: ObjectRules) -> Draft {
        rules.othersSchema.map { value($0) } ?? .number(1)
    }

    /// A list of so many elements; the same one again and again when they are many, which costs the least.
    private mutating func list(_ schema: Schema, _ count: Int) -> Draft {
        guard case .list(let rules) = schema.kind else { return .list([]) }
        var elements: [Draft] = []
        let one = value(rules.element)
        for _ in 0..<max(0, count) { elements.append(count > 10 ? one : value(rules.element)) }
        return .list(elements)
    }

    private mutating func text(in schema: Schema, _ count: Int) -> String {
        guard case .text(let rules) = schema.kind else { return "" }
        // Where bytes count too, only code points of one byte reach the limit of code points.
        if rules.maximumBytes != nil { return text(.identifier, count) }
        return switch rules.pattern {
        case .instant where count < 20: "2026-03-01T12:00:0Z"
        case .jsonMediaType where count < 16: "application/jso"
        case .email where count < 3: chance.one(["@b", "a@"])
        case let pattern: text(pattern ?? .lines, count)
        }
    }

    /// So many bytes, in fewer code points.
    private mutating func wide(_ bytes: Int) -> String {
        let scalar = chance.one(["é", "\u{1F600}", "가"])
        let count = bytes / scalar.utf8.count
        return String(repeating: scalar, count: count)
            + String(repeating: "a", count: bytes - count * scalar.utf8.count)
    }
}

extension Schema {
    var notNull: Schema {
        var copy = self
        copy.isNullable = false
        return copy
    }
}
