package import AMQP

/// Header tables as stored bytes: the letter of the wire, then the value, so that every type comes back as it was.
package enum StoredFieldTable {
    /// Deeper than anything that the wire lets in (32); keeps damaged bytes from using up the stack.
    package static let maximumDepth = 128

    package static func write(_ table: FieldTable, to writer: inout ByteWriter) {
        writer.write(UInt64(table.fields.count))
        for field in table.fields {
            writer.write(field.name)
            write(field.value, to: &writer)
        }
    }

    private static func write(_ value: FieldValue, to writer: inout ByteWriter) {
        switch value {
        case .boolean(let flag):
            writer.write(UInt8(ascii: "t"))
            writer.write(UInt8(flag ? 1 : 0))
        case .integer(let number):
            writer.write(UInt8(ascii: "l"))
            writer.write(number)
        case .unsigned(let number):
            writer.write(UInt8(ascii: "u"))
            writer.write(number)
        case .double(let number):
            writer.write(UInt8(ascii: "d"))
            writer.write(number.bitPattern)
        case .decimal(let scale, let number):
            writer.write(UInt8(ascii: "D"))
            writer.write(scale)
            writer.write(number)
        case .text(let text):
            writer.write(UInt8(ascii: "S"))
            writer.write(text)
        case .bytes(let bytes):
            writer.write(UInt8(ascii: "x"))
            writer.write(bytes)
        case .timestamp(let seconds):
            writer.write(UInt8(ascii: "T"))
            writer.write(seconds)
        case .array(let values):
            writer.write(UInt8(ascii: "A"))
            writer.write(UInt64(values.count))
            for value in values { write(value, to: &writer) }
        case .table(let table):
            writer.write(UInt8(ascii: "F"))
            write(table, to: &writer)
        case .void:
            writer.write(UInt8(ascii: "V"))
        }
    }

    package static func read(
        from reader: inout ByteReader,
        depth: Int = maximumDepth
    ) throws(ByteReader.Damage) -> FieldTable {
        guard depth > 0 else { throw ByteReader.Damage() }
        var table = FieldTable()
        for _ in 0..<(try reader.integer(UInt64.self)) {
            let name = try reader.text()
            table.fields.append(FieldTable.Field(name, try readValue(from: &reader, depth: depth - 1)))
        }
        return table
    }

    private static func readValue(
        from reader: inout ByteReader,
        depth: Int
    ) throws(ByteReader.Damage) -> FieldValue {
        guard depth > 0 else { throw ByteReader.Damage() }
        switch try reader.byte() {
        case UInt8(ascii: "t"): return .boolean(try reader.byte() != 0)
        case UInt8(ascii: "l"): return .integer(try reader.integer())
        case UInt8(ascii: "u"): return .unsigned(try reader.integer())
        case UInt8(ascii: "d"): return .double(Double(bitPattern: try reader.integer()))
        case UInt8(ascii: "D"):
            let scale = try reader.byte()
            return .decimal(scale: scale, value: try reader.integer())
        case UInt8(ascii: "S"): return .text(try reader.text())
        case UInt8(ascii: "x"): return .bytes(try reader.array())
        case UInt8(ascii: "T"): return .timestamp(try reader.integer())
        case UInt8(ascii: "A"):
            var values: [FieldValue] = []
            for _ in 0..<(try reader.integer(UInt64.self)) {
                values.append(try readValue(from: &reader, depth: depth - 1))
            }
            return .array(values)
        case UInt8(ascii: "F"): return .table(try read(from: &reader, depth: depth - 1))
        case UInt8(ascii: "V"): return .void
        case _: throw ByteReader.Damage()
        }
    }
}
