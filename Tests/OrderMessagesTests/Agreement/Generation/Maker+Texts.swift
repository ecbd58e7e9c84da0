import OrderMessages
import SubscriptionLifecycle

/// Texts and numbers, in the many ways they can be written.
extension Maker {
    private static let plain = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789".unicodeScalars)
    private static let marks = Array(" .:_-/\"\\'<>&;@#".unicodeScalars)
    private static let lowerCase = Array("abcdefghijklmnopqrstuvwxyz0123456789".unicodeScalars)
    /// Composed, combining, astral, unassigned, separators, and the first beyond the control characters.
    private static let odd: [Unicode.Scalar] = [
        "é", "\u{301}", "\u{308}", "ß", "İ", "ﬁ", "\u{80}", "\u{9F}", "\u{A0}", "\u{2028}", "\u{2029}", "\u{FEFF}",
        "\u{FFFD}", "\u{FFFF}", "\u{1F600}", "\u{10FFFF}", "\u{1F1E9}", "\u{200D}", "가", "\u{1100}", "٣", "\u{E000}",
    ]

    mutating func integer(_ range: ClosedRange<Int>) -> Int {
        switch chance.number(0...5) {
        case 0: range.lowerBound
        case 1: range.upperBound
        case 2: chance.number(range)
        default:
            chance.number(
                range.lowerBound...min(range.upperBound, range.lowerBound.addingReportingOverflow(30).partialValue)
            )
        }
    }

    /// The same number in one of its forms.
    mutating func spelled(_ number: Int) -> Draft {
        switch chance.number(0...19) {
        case 0: .word("\(number).0")
        case 1: .word("\(number)e0")
        case 2 where number != 0: .word("\(number)0E-1")
        case 3: .word("\(number).000e+0")
        case 4 where number == 0: .word(chance.one(["-0", "-0.0", "0e10", "0E-400"]))
        case 4 where number % 1000 == 0: .word("\(number / 1000)e3")
        default: .number(number)
        }
    }

    mutating func spelled(_ text: String) -> Draft { chance.happens(6) ? .escaped(text) : .text(text) }

    mutating func text(_ rules: TextRules) -> String {
        let fewest = rules.length.lowerBound
        let most = min(rules.length.upperBound, 5000)
        let count =
            switch chance.number(0...24) {
            case 0: fewest
            case 1: most
            default: chance.number(fewest...min(most, fewest + 24))
            }
        return text(rules.pattern ?? .lines, count, maximumBytes: rules.maximumBytes)
    }

    /// A text of so many code points (of dates and times those that there are), and at most so many bytes.
    mutating func text(_ pattern: TextPattern, _ count: Int, maximumBytes: Int? = nil) -> String {
        switch pattern {
        case .date: return day()
        case .instant: return instant(count)
        case .jsonMediaType:
            guard count > 17 else { return count == 17 ? "application/json " : "application/json" }
            return "application/json" + chance.one([";x", " ;", ";;"]) + free(.line, count - 18)
        case .email:
            let local = chance.number(1...max(1, count - 2))
            return free(.email, local) + "@" + free(.email, max(1, count - 1 - local))
        case .identifier, .line, .lines, .attributeName, .count:
            var scalars = Array(free(pattern, count).unicodeScalars)
            if let maximumBytes {
                while String(String.UnicodeScalarView(scalars)).utf8.count > maximumBytes { scalars.removeLast() }
            }
            return String(String.UnicodeScalarView(scalars))
        }
    }

    private mutating func free(_ pattern: TextPattern, _ count: Int) -> String {
        var scalars = String.UnicodeScalarView()
        let percent = chance.one([0, 0, 10, 60])
        for _ in 0..<min(max(0, count), 40) { scalars.append(scalar(pattern, oddly: percent)) }
        // A long text repeats itself: it costs less, and is as long.
        let first = Array(scalars)
        for index in first.count..<max(first.count, count) { scalars.append(first[index % 40]) }
        return String(scalars)
    }

    private mutating func scalar(_ pattern: TextPattern, oddly percent: Int) -> Unicode.Scalar {
        let isOdd = chance.happens(percent)
        switch pattern {
        case .identifier: return isOdd ? chance.one([".", "_", ":", "-"]) : chance.one(Self.plain)
        case .attributeName: return chance.one(Self.lowerCase)
        case .count: return chance.one(["0", "1", "5", "9"])
        case .lines:
            return isOdd && chance.happens(20) ? chance.one(["\t", "\n", "\r"]) : scalar(.line, oddly: percent)
        case .email:
            let scalar = scalar(.line, oddly: percent)
            return scalar == "@" || scalar == " " ? "e" : scalar
        case .line, .date, .instant, .jsonMediaType:
            return isOdd ? chance.one(Self.odd) : chance.happens(15) ? chance.one(Self.marks) : chance.one(Self.plain)
        }
    }

    mutating func day() -> String {
        if chance.happens(30) {
            return chance.one([
                "2024-02-29", "2000-02-29", "0001-01-01", "9999-12-31", "2023-02-28", "2026-04-30", "2026-12-31",
                "0004-02-29",
            ])
        }
        return LocalDate(daysSince1970: chance.number(-719_162...2_932_896))?.description ?? "1970-01-01"
    }

    private mutating func instant(_ count: Int) -> String {
        let clock = chance.one(["00:00:00", "23:59:59", "23:59:60", "12:30:15", "09:08:07"])
        let zone =
            count >= 25 || chance.happens(50)
            ? chance.one(["+00:00", "-00:00", "+23:59", "-12:30"]) : chance.one(["Z", "z"])
        let room = count - 19 - zone.count
        let fraction = room > 1 ? "." + String(repeating: chance.one(["0", "5", "9"]), count: room - 1) : ""
        return day() + chance.one(["T", "t"]) + clock + fraction + (room < 0 ? "Z" : zone)
    }

    /// A name for a member that has no property of its own, and isn't there yet.
    mutating func otherName(_ rules: ObjectRules, besides members: [Draft.Member]) -> String {
        while true {
            let name =
                switch rules.others {
                case .named(let pattern, _): "x" + text(pattern, chance.number(0...8))
                case .texts(let length, _): text(.line, max(length.lowerBound, chance.number(1...12)))
                case .refused, .tolerated: "x"
                }
            // As the worker compares names: composed or not is all the same.
            if !members.contains(where: { $0.name == name }), rules.properties.allSatisfy({ $0.name != name }) {
                return name
            }
        }
    }
}
