import OrderMessages

/// Damages a message at random places.
struct Damage {
    var chance: Chance

    private static let values: [Draft] =
        [
            "null", "true", "false", "0", "1", "-1", "-0", "12", "1000", "1201", "3651", "36501", "2e9", "1.5", "1e300",
            "1e400",
            "-1e999", "1.0", "1E3", "100000000000000000000", "1000000000.0000000001", "0.1e1", #""\ud800""#,
            #""\udc00\ud800""#,
        ].map(Draft.word)
        + [
            "", "x", "a b", "a\n", "\u{0}", "é", "e\u{301}", "\u{1F600}", "1.0", "2026-03-01", "2026-02-30",
            "2024-02-29",
            "kim@example.com", "kim@", "2026-03-01T12:00:00Z", "2026-03-01T25:00:00Z", "active", "consumption",
            "expiry",
            "withdraw", "application/json; charset=utf-8", String(repeating: "n", count: 50),
            String(repeating: "n", count: 101), String(repeating: "n", count: 256), String(repeating: "é", count: 200),
        ].map(Draft.text)
        + [
            .list([]), .object([]), .list([.text("x")]), .list([.text("1"), .text("1")]),
            .list([.text("consumption"), .text("consumption")]), .object([.init("end", .text("2027-01-01"))]),
            .object([.init("months", .number(3))]), .object([.init("externalId", .text("X"))]),
            .object([.init("name", .text("N")), .init("version", .text(""))]),
            .list([.object([.init("lineId", .text("1")), .init("quantity", .number(1))])]),
        ]

    private static let names = [
        "subscriptionId", "entitlementId", "term", "trial", "end", "months", "days", "start", "from", "lineItems",
        "add",
        "remove", "change", "externalId", "identifier", "id", "name", "version", "quantity", "lineId", "attributes",
        "contact", "dryrun", "expectedVersion", "reason", "include", "filter", "states", "effective", "extension",
        "Extension", "data_base64", "a\u{1}", "é", "e\u{301}", "",
    ]

    mutating func damaged(_ draft: Draft) -> Draft {
        var draft = draft
        for _ in 0..<chance.one([1, 1, 1, 2, 3]) { draft = once(draft) }
        return draft
    }

    /// Goes down with a good chance, so that deep places are damaged as often as those near the root.
    private mutating func once(_ draft: Draft) -> Draft {
        switch draft {
        case .object(var members) where !members.isEmpty:
            var index = chance.number(0...(members.count - 1))
            guard chance.happens(75) else { return .object(damaged(members, at: index)) }
            // Mostly into data: the attributes around it are many, but flat.
            if chance.happens(70), let data = members.firstIndex(where: { $0.name == "data" }) { index = data }
            members[index].value = once(members[index].value)
            return .object(members)
        case .list(var elements) where !elements.isEmpty:
            let index = chance.number(0...(elements.count - 1))
            switch chance.number(0...9) {
            case 0...6: elements[index] = once(elements[index])
            case 7: elements.append(elements[index])
            case 8: elements.remove(at: index)
            default: return .list([])
            }
            return .list(elements)
        case .text(let text), .escaped(let text): return chance.happens(50) ? edited(text) : anyValue()
        case .word, .list, .object: return chance.happens(10) ? nested(draft) : anyValue()
        }
    }

    private mutating func damaged(_ members: [Draft.Member], at index: Int) -> [Draft.Member] {
        var members = members
        let name = chance.one(Self.names)
        switch chance.number(0...7) {
        case 0: members.remove(at: index)
        case 1: members.append(.init(name, anyValue()))
        case 2: members[index].name = name
        case 3: members[index].name = renamed(members[index].name)
        case 4: members.append(.init(members[index].name, chance.happens(50) ? members[index].value : anyValue()))
        case 5:
            // Two names that differ only in how a character is composed.
            members += [.init("caf\u{E9}", .text("1")), .init("cafe\u{301}", .text("2"))]
        case 6: members[index].value = .word("null")
        default: members[index].value = anyValue()
        }
        return members
    }

    private mutating func renamed(_ name: String) -> String {
        chance.one([
            name.uppercased(), name.prefix(1).uppercased() + name.dropFirst(), name.lowercased(), name + "\u{301}",
            name + " ", name + "s",
            String(name.dropLast()), name.replacing("e", with: "é"), name.replacing("I", with: "İ"),
        ])
    }

    private mutating func edited(_ text: String) -> Draft {
        var scalars = Array(text.unicodeScalars)
        let scalar: Unicode.Scalar = chance.one([
            "\u{0}", "\t", "\n", "\u{7F}", "\u{80}", "\u{301}", "\u{1F600}", "é", " ", "@", "0", "-", "Z", "\u{2028}",
        ])
        let place = chance.number(0...scalars.count)
        if chance.happens(60) || scalars.isEmpty {
            scalars.insert(scalar, at: place)
        } else {
            scalars.remove(at: min(place, scalars.count - 1))
        }
        return .text(String(String.UnicodeScalarView(scalars)))
    }

    /// Around the depth that the worker reads.
    private mutating func nested(_ draft: Draft) -> Draft {
        var draft = draft
        let isList = chance.happens(50)
        for _ in 0..<chance.one([1, 2, 27, 28, 29, 30, 31, 32, 33, 60]) {
            draft = isList ? .list([draft]) : .object([.init("extension", draft)])
        }
        return draft
    }

    private mutating func anyValue() -> Draft { chance.one(Self.values) }
}
