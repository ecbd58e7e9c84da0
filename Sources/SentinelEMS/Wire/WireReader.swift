/// Reads JSON from bytes.
///
/// Nesting is bounded, since the bytes are somebody else's.
struct WireReader {
    /// The bytes are no JSON, or nested too deeply.
    struct Problem: Error, Hashable {
        var message: String
        var offset: Int
    }

    private static let maximumDepth = 64
    private let bytes: [UInt8]
    private var position = 0

    /// The one value that the bytes hold.
    static func read(_ bytes: [UInt8]) throws(Problem) -> WireValue {
        var reader = WireReader(bytes: bytes)
        let value = try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.problem("something follows the value") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func problem(_ message: String) -> Problem { Problem(message: message, offset: position) }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpace()
        guard next == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(Problem) -> WireValue {
        guard depth < Self.maximumDepth else { throw problem("nested more than \(Self.maximumDepth) levels deep") }
        skipSpace()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case .some, nil: return try number()
        }
    }

    private mutating func word(_ text: String, _ value: WireValue) throws(Problem) -> WireValue {
        guard bytes[position...].starts(with: text.utf8) else { throw problem("no JSON value") }
        position += text.utf8.count
        return value
    }

    private mutating func object(depth: Int) throws(Problem) -> WireValue {
        position += 1
        var members: [(name: String, value: WireValue)] = []
        if take("}") { return .object(members) }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw problem("a member's name was expected") }
            let name = try string()
            guard take(":") else { throw problem("a colon was expected") }
            members.append((name, try value(depth: depth + 1)))
        } while take(",")
        guard take("}") else { throw problem("the end of an object was expected") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(Problem) -> WireValue {
        position += 1
        var elements: [WireValue] = []
        if take("]") { return .array(elements) }
        repeat { elements.append(try value(depth: depth + 1)) } while take(",")
        guard take("]") else { throw problem("the end of an array was expected") }
        return .array(elements)
    }

    private mutating func number() throws(Problem) -> WireValue {
        let start = position
        while let byte = next, Self.belongsToNumber(byte) { position += 1 }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard !text.isEmpty, Double(text) != nil else {
            position = start
            throw problem("no JSON value")
        }
        return .number(text)
    }

    private static func belongsToNumber(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"), UInt8(ascii: "."),
            UInt8(ascii: "e"), UInt8(ascii: "E"):
            true
        default: false
        }
    }

    private mutating func string() throws(Problem) -> String {
        position += 1
        var start = position
        var unescaped: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                guard !unescaped.isEmpty else { return String(decoding: bytes[start..<position], as: UTF8.self) }
                unescaped += bytes[start..<position]
                return String(decoding: unescaped, as: UTF8.self)
            case UInt8(ascii: "\\"):
                unescaped += bytes[start..<position]
                unescaped += try escape()
                start = position
            default: position += 1
            }
        }
        throw problem("the end of a text was expected")
    }

    private mutating func escape() throws(Problem) -> [UInt8] {
        position += 1
        guard let byte = next else { throw problem("an escape is cut off") }
        position += 1
        switch byte {
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "u"): return try unicode()
        default: return [byte]
        }
    }

    private mutating func unicode() throws(Problem) -> [UInt8] {
        var units = [try codeUnit()]
        if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: "\\u".utf8) {
            position += 2
            units.append(try codeUnit())
        }
        // A lone surrogate becomes the replacement character: a text of EMS must not stop an order.
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    private mutating func codeUnit() throws(Problem) -> UInt16 {
        let digits = bytes[position...].prefix(4)
        guard digits.count == 4, let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16) else {
            throw problem("four hexadecimal digits were expected")
        }
        position += 4
        return unit
    }
}
