/// Writes JSON in UTF-8: without spaces, strings and numbers in the form of RFC 8785.
struct JSONWriter {
    /// In which order the members of an object are written.
    enum Order {
        /// As they stand.
        case asTheyStand
        /// By the UTF-16 code units of their names: RFC 8785.
        case canonical
    }

    let order: Order
    private(set) var bytes: [UInt8] = []

    init(_ order: Order) { self.order = order }

    mutating func write(_ value: JSON) {
        switch value {
        case .null: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .integer(let number):
            switch order {
            case .asTheyStand: bytes += String(number).utf8
            // To RFC 8785 every number is a double, which up to 2^53 is the integer itself.
            case .canonical where number.magnitude <= 1 << 53: bytes += String(number).utf8
            case .canonical: bytes += ECMAScriptNumber.text(Double(number)).utf8
            }
        case .number(let number): bytes += ECMAScriptNumber.text(number).utf8
        case .string(let text): write(text)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(element)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let object):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members(of: object).enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                write(member.name)
                bytes.append(UInt8(ascii: ":"))
                write(member.value)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private func members(of object: JSON.Object) -> [JSON.Object.Member] {
        switch order {
        case .asTheyStand: object.members
        case .canonical:
            object.members.sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }
        }
    }

    mutating func write(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += #"\""#.utf8
            case UInt8(ascii: "\\"): bytes += #"\\"#.utf8
            case 0x08: bytes += #"\b"#.utf8
            case 0x09: bytes += #"\t"#.utf8
            case 0x0A: bytes += #"\n"#.utf8
            case 0x0C: bytes += #"\f"#.utf8
            case 0x0D: bytes += #"\r"#.utf8
            case 0..<0x20: bytes += ((byte < 0x10 ? #"\u000"# : #"\u00"#) + String(byte, radix: 16)).utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension JSON {
    /// Without spaces, members as they stand.
    public var compactBytes: [UInt8] {
        var writer = JSONWriter(.asTheyStand)
        writer.write(self)
        return writer.bytes
    }

    /// Without spaces, members as they stand.
    public var compactText: String { String(decoding: compactBytes, as: UTF8.self) }

    /// The canonical form of RFC 8785: equal values give equal bytes.
    public var canonicalBytes: [UInt8] {
        var writer = JSONWriter(.canonical)
        writer.write(self)
        return writer.bytes
    }
}
