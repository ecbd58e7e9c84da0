extension FieldTable {
    /// The table as it goes over the wire, with its length prefix.
    ///
    /// `depth` limits nesting: what is sent must be readable by a client that decodes with recursion.
    public func encoded(depth: Int = 32) throws(WireError) -> [UInt8] {
        var bytes: [UInt8] = []
        try FieldTableEncoder.append(self, to: &bytes, depth: depth)
        return bytes
    }
}

/// Encodes tables in RabbitMQ's dialect of the field types.
enum FieldTableEncoder {
    static func append(_ table: FieldTable, to bytes: inout [UInt8], depth: Int) throws(WireError) {
        guard depth > 0 else { throw .overLimit }
        let start = bytes.count
        append(UInt32(0), to: &bytes)
        for field in table.fields {
            let name = Array(field.name.utf8)
            guard name.count <= 255 else {
                throw .unencodable("the header name \(field.name.prefix(40))… is over 255 bytes")
            }
            bytes.append(UInt8(name.count))
            bytes += name
            try append(field.value, to: &bytes, depth: depth)
        }
        patchLength(at: start, in: &bytes)
    }

    private static func append(_ value: FieldValue, to bytes: inout [UInt8], depth: Int) throws(WireError) {
        switch value {
        case .boolean(let value): bytes += [UInt8(ascii: "t"), value ? 1 : 0]
        case .integer(let value): typed("l", UInt64(bitPattern: value), to: &bytes)
        case .unsigned(let value):
            // RabbitMQ 3.10 reads unsigned numbers of 32 bits at most; larger ones fit into a signed 64 up to its end.
            if let small = UInt32(exactly: value) {
                typed("i", small, to: &bytes)
            } else if value <= UInt64(Int64.max) {
                typed("l", value, to: &bytes)
            } else {
                throw .unencodable("the number \(value) is over 2^63 - 1")
            }
        case .double(let value): typed("d", value.bitPattern, to: &bytes)
        case .decimal(let scale, let value):
            bytes += [UInt8(ascii: "D"), scale]
            append(value, to: &bytes)
        case .text(let value): blob("S", Array(value.utf8), to: &bytes)
        case .bytes(let value): blob("x", value, to: &bytes)
        case .timestamp(let value): typed("T", value, to: &bytes)
        case .void: bytes.append(UInt8(ascii: "V"))
        case .table(let table):
            bytes.append(UInt8(ascii: "F"))
            try append(table, to: &bytes, depth: depth - 1)
        case .array(let elements):
            guard depth > 1 else { throw .overLimit }
            bytes.append(UInt8(ascii: "A"))
            let start = bytes.count
            append(UInt32(0), to: &bytes)
            for element in elements { try append(element, to: &bytes, depth: depth - 1) }
            patchLength(at: start, in: &bytes)
        }
    }

    private static func typed(_ type: Unicode.Scalar, _ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: type))
        append(value, to: &bytes)
    }

    private static func blob(_ type: Unicode.Scalar, _ value: [UInt8], to bytes: inout [UInt8]) {
        typed(type, UInt32(clamping: value.count), to: &bytes)
        bytes += value
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
    }

    private static func patchLength(at start: Int, in bytes: inout [UInt8]) {
        let length = UInt32(clamping: bytes.count - start - 4)
        withUnsafeBytes(of: length.bigEndian) { for (offset, byte) in $0.enumerated() { bytes[start + offset] = byte } }
    }
}
