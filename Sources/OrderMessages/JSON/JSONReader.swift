/// Reads JSON strictly: RFC 8259 in UTF-8, with the limits of I-JSON (no name twice, no lone surrogate), bounded in depth.
///
/// It descends by recursion, which the depth limit bounds: hostile bytes can't overflow the stack.
public struct JSONReader {
    /// How deep lists and objects may be nested.
    public static let maximumDepth = 32

    let bytes: ArraySlice<UInt8>
    var position: Int
    var depth = 0

    /// Reads one value and nothing after it.
    public static func read(_ bytes: [UInt8]) throws(JSONError) -> JSON {
        var reader = JSONReader(bytes: bytes[...], position: 0)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { throw reader.failure("a byte order mark is not allowed") }
        let value = try reader.value()
        reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.failure("nothing may follow the value") }
        return value
    }

    mutating func value() throws(JSONError) -> JSON {
        skipSpace()
        guard let first = peek else { throw failure("the text ends where a value must stand") }
        switch first {
        case UInt8(ascii: "{"): return .object(try object())
        case UInt8(ascii: "["): return .array(try array())
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw failure("no value begins with this byte")
        }
    }

    private mutating func object() throws(JSONError) -> JSON.Object {
        try descend()
        var object = JSON.Object()
        var names = SeenNames()
        skipSpace()
        if take("}") {
            depth -= 1
            return object
        }
        while true {
            skipSpace()
            let start = position
            guard peek == UInt8(ascii: "\"") else { throw failure("a name in double quotes must stand here") }
            let name = try string()
            guard names.insert(name, into: object) else {
                throw JSONError(message: "this name stands here twice", offset: start, path: JSONPath([.member(name)]))
            }
            skipSpace()
            guard take(":") else { throw failure("a colon must follow the name").inside(.member(name)) }
            do throws(JSONError) {
                object.members.append(JSON.Object.Member(name, try value()))
            } catch {
                throw error.inside(.member(name))
            }
            skipSpace()
            if take(",") { continue }
            guard take("}") else { throw failure("a comma or a closing brace must stand here") }
            depth -= 1
            return object
        }
    }

    private mutating func array() throws(JSONError) -> [JSON] {
        try descend()
        var elements: [JSON] = []
        skipSpace()
        if take("]") {
            depth -= 1
            return elements
        }
        while true {
            do throws(JSONError) {
                elements.append(try value())
            } catch {
                throw error.inside(.element(elements.count))
            }
            skipSpace()
            if take(",") { continue }
            guard take("]") else { throw failure("a comma or a closing bracket must stand here") }
            depth -= 1
            return elements
        }
    }

    private mutating func descend() throws(JSONError) {
        guard depth < Self.maximumDepth else { throw failure("nested deeper than \(Self.maximumDepth) levels") }
        depth += 1
        position += 1
    }

    private mutating func word(_ text: String, _ value: JSON) throws(JSONError) -> JSON {
        guard bytes[position...].starts(with: text.utf8) else { throw failure("no value begins with this byte") }
        position += text.utf8.count
        return value
    }
}

extension JSONReader {
    /// The byte at the position; `nil` at the end.
    var peek: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    func failure(_ message: String) -> JSONError { JSONError(message: message, offset: position, path: JSONPath()) }
}

/// The names of an object so far: few are compared one by one, many are hashed, so that hostile objects cost no square.
///
/// Names that differ only in how they compose a character count as the same: a dictionary would lose one of them.
private struct SeenNames {
    private var hashed: Set<String> = []

    /// Answers whether the name is new to the object.
    mutating func insert(_ name: String, into object: JSON.Object) -> Bool {
        guard object.members.count >= 16 else { return !object.members.contains { $0.name == name } }
        if hashed.isEmpty { hashed = Set(object.members.map(\.name)) }
        return hashed.insert(name).inserted
    }
}
