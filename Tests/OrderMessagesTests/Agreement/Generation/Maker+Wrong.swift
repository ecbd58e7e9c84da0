import OrderMessages

/// Values that are nearly right.
extension Maker {
    mutating func otherType(than schema: Schema) -> Draft {
        let number = Draft.word("1.5")
        return switch schema.kind {
        case .flag: chance.one([.text("true"), .number(1), .number(0), .list([]), .object([])])
        case .integer: chance.one([.text("1"), .word("true"), .list([.number(1)]), .object([])])
        case .text, .constant, .oneOf:
            chance.one([.number(1), .word("true"), .list([.text("a")]), .object([]), number])
        case .list:
            chance.one([.object([]), .text("a"), .number(1), .word("false"), .object([.init("0", .text("a"))])])
        case .object: chance.one([.list([]), .text("{}"), .number(1), .word("true")])
        case .scalar: chance.one([.list([]), .object([])])
        case .anything: .word("null")
        }
    }

    /// None of the words, but one as it would be mistyped.
    mutating func near(_ words: [String]) -> String {
        while true {
            let word = chance.one(words)
            let wrong = chance.one([
                word.uppercased(), word + " ", " " + word, word + "\n", String(word.dropLast()), word + "\u{301}", "",
                word.replacing("1", with: "2"), word + "x",
            ])
            if !words.contains(wrong) { return wrong }
        }
    }

    /// A text of the form, with what is odd but allowed in it.
    mutating func kept(_ pattern: TextPattern, _ schema: Schema) -> String {
        switch pattern {
        case .identifier: chance.one(["a.b", "A_b", "0:9", "-", ".", "Z-z"])
        case .line: chance.one(["\u{80}", "\u{9F}", " ", "\u{2028}", "a\u{301}", "\u{1F600}", "\u{FFFF}", "\\n", "~"])
        case .lines: chance.one(["\t", "a\nb", "a\r\nb", "\n", "\u{85}"])
        case .email: chance.one(["a@b", "é@ü.example", "a\u{A0}@b", "\"a\"@[::1]", "\u{80}@\u{2028}"])
        case .date, .instant: text(pattern, chance.one([20, 25, 30, 64]))
        case .jsonMediaType:
            chance.one([
                "application/json", "application/json   ", "application/json;", "application/json ; a=b;;",
                "application/json;\u{2028}",
            ])
        case .attributeName: chance.one(["a", "0", "z9"])
        case .count: chance.one(["0", "007", "42"])
        }
    }

    /// A text that misses the form by a character, and nothing else that its schema demands.
    mutating func broken(_ pattern: TextPattern, _ schema: Schema?) -> String {
        switch pattern {
        case .identifier:
            chance.one(["a b", "a/b", "é", "a\n", "\u{FF21}", "a,", "[", "`", "@", "a\u{301}", "{", "\u{0}"])
        case .line:
            chance.one(["a\n", "\n", "\u{0}a", "a\u{1F}b", "\u{7F}", "tab\t", "\r", "a\u{7F}"])
        case .lines: chance.one(["a\u{B}b", "\u{0}", "a\u{8}", "\u{C}", "\u{E}b", "\u{1F}", "a\u{7F}"])
        case .email: chance.one(["a@b@c", "abc", "a b@c", "a@b\n", "@bc", "ab@", "a\u{7F}@b", "a@\u{0}b"])
        case .date:
            chance.one([
                "2026-3-01", "2026-03-1", "20260301", "2026-W10-1", "2026-060", "2026-03-01\n", " 2026-03-01",
                "2026/03/01",
                "٢٠٢٦-03-01", "+2026-03-01", "02026-03-01", "2026-03-01T00:00:00Z", "-026-03-01",
            ])
        case .instant:
            chance.one([
                "2026-03-01T24:00:00Z", "2026-03-01T12:60:00Z", "2026-03-01T12:00:61Z", "2026-03-01 12:00:00Z",
                "2026-03-01T12:00:00.Z", "2026-03-01T12:00:00+24:00", "2026-03-01T12:00:00+0100",
                "2026-03-01T12:00:00,5Z",
                "2026-03-01T12:00:00Z\n", "2026-03-01T12:00:00+01:60", "2026-03-01T12:00:00\u{2212}01:00",
                "2026-03-01T12:00:00ZZ",
                "2026-03-01T12.00:00Z", "2026-03-01T1:00:000Z",
            ])
        case .jsonMediaType:
            chance.one([
                "application/jsonx", "Application/json", "application/json a", "application/json\t;",
                "application/json;\n",
                "application/json;\u{7F}", "application/json;\t", "application/json\u{A0}", "application/json;\u{0}",
            ])
        case .count: chance.one(["-1", "1.0", "1e0", "٣", "1\n", " 1", "+1", "x"])
        case .attributeName: chance.one(["Extension", "a-b", "a_b", "é", "a b", "a\n", "dataRef", "1\u{301}"])
        }
    }

    /// Of the right form, but on no calendar.
    mutating func absentDay(_ pattern: TextPattern) -> String {
        let day = chance.one([
            "2023-02-29", "1900-02-29", "2100-02-29", "2026-04-31", "2026-13-01", "2026-00-10", "2026-06-00",
            "2026-12-32",
            "0000-01-01", "2024-02-30", "0000-02-29", "2026-02-30",
        ])
        return pattern == .date ? day : day + chance.one(["T12:00:00Z", "t00:00:00.5+01:00", "T23:59:60z"])
    }
}
