/// Reads big-endian numbers and strings from bytes that nobody has checked.
struct WireReader {
    private let bytes: ArraySlice<UInt8>
    private(set) var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        self.position = bytes.startIndex
    }

    var end: Int { bytes.endIndex }

    mutating func slice(_ count: Int) throws(WireError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= bytes.endIndex - position else { throw .truncated }
        defer { position += count }
        return bytes[position..<position + count]
    }

    mutating func integer<Value: FixedWidthInteger & UnsignedInteger>(_: Value.Type) throws(WireError) -> Value {
        try slice(Value.bitWidth / 8).reduce(0) { $0 << 8 | Value($1) }
    }

    mutating func byte() throws(WireError) -> UInt8 { try integer(UInt8.self) }

    /// Bytes that are no UTF-8 are mended: a property must be readable, not exact.
    mutating func shortString() throws(WireError) -> String {
        String(decoding: try slice(Int(try byte())), as: UTF8.self)
    }
}

/// Why bytes could not be read as what they claim to be.
public enum WireError: Error, Hashable, Sendable {
    /// A length points past the end.
    case truncated
    /// A field type that RabbitMQ's dialect does not have.
    case unknownFieldType(UInt8)
    /// More depth, fields or bytes than is allowed.
    case overLimit
    /// A name is longer than the 255 bytes of a short string, or a number has no field type.
    case unencodable(String)
}
