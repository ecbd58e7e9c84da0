import SubscriptionLifecycle

/// The forms that texts can have: as a regular expression for others, as code for the worker.
public enum TextPattern: String, Hashable, Sendable, CaseIterable {
    /// `A-Z a-z 0-9 . _ : -`
    case identifier = "^[A-Za-z0-9._:-]+$"
    /// No control characters.
    case line = "^[^\\u0000-\\u001F\\u007F]*$"
    /// No control characters but tab and line breaks.
    case lines = "^[^\\u0000-\\u0008\\u000B\\u000C\\u000E-\\u001F\\u007F]*$"
    /// Something at something.
    case email = "^[^@\\u0000-\\u0020\\u007F]+@[^@\\u0000-\\u0020\\u007F]+$"
    /// `YYYY-MM-DD`; the day must exist.
    case date = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
    /// RFC 3339; the day must exist.
    case instant =
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt]([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)([.][0-9]+)?([Zz]|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
    /// JSON, with or without parameters.
    case jsonMediaType = "^application/json *(;[^\\u0000-\\u001F\\u007F]*)?$"
    /// A CloudEvents attribute name.
    case attributeName = "^[a-z0-9]+$"
    /// A number as decimal digits.
    case count = "^[0-9]+$"

    /// Whether the text has the form.
    func matches(_ text: String) -> Bool {
        switch self {
        case .identifier: !text.isEmpty && text.utf8.allSatisfy(Self.isIdentifierByte)
        case .line: !text.utf8.contains { $0 < 0x20 || $0 == 0x7F }
        case .lines: !text.utf8.contains { $0 < 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D || $0 == 0x7F }
        case .email: Self.isEmail(text)
        case .date: LocalDate(text) != nil
        case .instant: Self.isInstant(text)
        case .jsonMediaType: Self.isJSONMediaType(text)
        case .attributeName: !text.isEmpty && text.utf8.allSatisfy { Self.isDigit($0) || Self.isLowerCase($0) }
        case .count: !text.isEmpty && text.utf8.allSatisfy(Self.isDigit)
        }
    }

    /// The form in words, after "must be".
    var words: String {
        switch self {
        case .identifier: "made of A-Z a-z 0-9 . _ : -"
        case .line: "without control characters"
        case .lines: "without control characters but tabs and line breaks"
        case .email: "an e-mail address"
        case .date: "a date as YYYY-MM-DD that exists"
        case .instant: "a time as RFC 3339, such as 2026-03-01T12:00:00Z"
        case .jsonMediaType: "application/json"
        case .attributeName: "made of a-z 0-9"
        case .count: "made of 0-9"
        }
    }

    /// The `format` that JSON Schema has for it.
    var format: String? {
        switch self {
        case .date: "date"
        case .instant: "date-time"
        case .email, .identifier, .line, .lines, .jsonMediaType, .attributeName, .count: nil
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isLowerCase(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func isIdentifierByte(_ byte: UInt8) -> Bool {
        // The bit that tells upper from lower case in ASCII.
        isDigit(byte) || isLowerCase(byte | 0x20) || ".:_-".utf8.contains(byte)
    }

    private static func isEmail(_ text: String) -> Bool {
        let halves = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return halves.count == 2
            && halves.allSatisfy { !$0.isEmpty && !$0.contains { $0 <= 0x20 || $0 == 0x7F } }
    }

    private static func isJSONMediaType(_ text: String) -> Bool {
        guard text.utf8.starts(with: "application/json".utf8) else { return false }
        let rest = text.utf8.dropFirst("application/json".utf8.count).drop { $0 == 0x20 }
        return rest.isEmpty || rest.first == UInt8(ascii: ";") && TextPattern.line.matches(text)
    }

    private static func isInstant(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, LocalDate(String(decoding: bytes[0..<10], as: UTF8.self)) != nil,
            bytes[10] | 0x20 == UInt8(ascii: "t")
        else { return false }
        guard isClock(bytes[11..<16], separatedBy: ":"), bytes[16] == UInt8(ascii: ":"),
            isDigit(bytes[17]), isDigit(bytes[18])
        else { return false }
        guard bytes[17] < UInt8(ascii: "6") || bytes[17...18].elementsEqual("60".utf8) else { return false }
        var rest = bytes[19...]
        if rest.first == UInt8(ascii: ".") {
            let fraction = rest.dropFirst().prefix(while: isDigit)
            guard !fraction.isEmpty else { return false }
            rest = rest.dropFirst(1 + fraction.count)
        }
        if rest.count == 1, let zone = rest.first { return zone | 0x20 == UInt8(ascii: "z") }
        guard let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else { return false }
        return isClock(rest.dropFirst(), separatedBy: ":")
    }

    /// `HH:MM` in a day of 24 hours.
    private static func isClock(_ bytes: ArraySlice<UInt8>, separatedBy separator: Unicode.Scalar) -> Bool {
        let parts = bytes.split(separator: UInt8(ascii: separator), omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 && $0.allSatisfy(isDigit) }) else { return false }
        return parts[0].lexicographicallyPrecedes("24".utf8) && parts[1].lexicographicallyPrecedes("60".utf8)
    }
}
