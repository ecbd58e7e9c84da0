/// Reads what ``ByteWriter`` wrote; throws where the bytes end too early or say what can't be.
package struct ByteReader {
    /// The stored bytes are damaged.
    package struct Damage: Error {
        package init() {}
    }

    private let bytes: [UInt8]
    private var position = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var isAtEnd: Bool { position == bytes.count }

    package mutating func byte() throws(Damage) -> UInt8 {
        guard position < bytes.count else { throw Damage() }
        defer { position += 1 }
        return bytes[position]
    }

    package mutating func integer<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(Damage) -> Value {
        let size = MemoryLayout<Value>.size
        guard bytes.count - position >= size else { throw Damage() }
        defer { position += size }
        var value: Value = 0
        for offset in (0..<size).reversed() {
            value = (value << 8) | Value(truncatingIfNeeded: bytes[position + offset])
        }
        return value
    }

    package mutating func array() throws(Damage) -> [UInt8] {
        let count = try integer(UInt64.self)
        guard let count = Int(exactly: count), count <= bytes.count - position else { throw Damage() }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    package mutating func text() throws(Damage) -> String {
        guard let text = String(validating: try array(), as: UTF8.self) else { throw Damage() }
        return text
    }

    package mutating func optional<Value>(
        _ body: (inout ByteReader) throws(Damage) -> Value
    ) throws(Damage) -> Value? {
        switch try byte() {
        case 0: return nil
        case 1: return try body(&self)
        case _: throw Damage()
        }
    }

    package mutating func optionalText() throws(Damage) -> String? {
        try optional { (reader: inout ByteReader) throws(Damage) in try reader.text() }
    }
}
