/// Decodes a header table without recursion, under limits on depth and count.
enum FieldTableDecoder {
    /// A table or array whose end has not been reached.
    private struct Frame {
        var end: Int
        var name: String
        var isArray: Bool
        var fields: [FieldTable.Field] = []
        var elements: [FieldValue] = []
    }

    /// Whatever the limits say: values are freed by recursion, on threads of half a mebibyte.
    static let deepest = 128

    /// Decodes the content of a table, without its length prefix.
    static func decode(_ content: ArraySlice<UInt8>, limits: ContentLimits) throws(WireError) -> FieldTable {
        var reader = WireReader(content)
        var stack = [Frame(end: reader.end, name: "", isArray: false)]
        var count = 0
        // The frames stay where they are: a copy of one would make each append to it copy all that it holds.
        while let last = stack.indices.last {
            let (end, isArray) = (stack[last].end, stack[last].isArray)
            guard reader.position < end else {
                guard reader.position == end else { throw .truncated }
                let top = stack.removeLast()
                guard let parent = stack.indices.last else { return FieldTable(top.fields) }
                append(
                    top.isArray ? .array(top.elements) : .table(FieldTable(top.fields)),
                    named: top.name,
                    to: &stack[parent]
                )
                continue
            }
            count += 1
            guard count <= limits.headerCount else { throw .overLimit }
            let name = isArray ? "" : try reader.shortString()
            let type = try reader.byte()
            if type == UInt8(ascii: "F") || type == UInt8(ascii: "A") {
                let length = Int(try reader.integer(UInt32.self))
                guard length <= end - reader.position else { throw .truncated }
                guard stack.count < min(limits.headerDepth, deepest) else { throw .overLimit }
                stack.append(Frame(end: reader.position + length, name: name, isArray: type == UInt8(ascii: "A")))
            } else {
                let value = try scalar(type, from: &reader)
                append(value, named: name, to: &stack[last])
            }
        }
        return FieldTable()
    }

    private static func append(_ value: FieldValue, named name: String, to frame: inout Frame) {
        if frame.isArray { frame.elements.append(value) } else { frame.fields.append(.init(name, value)) }
    }

    private static func scalar(_ type: UInt8, from reader: inout WireReader) throws(WireError) -> FieldValue {
        switch type {
        case UInt8(ascii: "t"): .boolean(try reader.byte() != 0)
        case UInt8(ascii: "b"): .integer(Int64(Int8(bitPattern: try reader.byte())))
        case UInt8(ascii: "B"): .unsigned(UInt64(try reader.byte()))
        case UInt8(ascii: "s"): .integer(Int64(Int16(bitPattern: try reader.integer(UInt16.self))))
        case UInt8(ascii: "u"): .unsigned(UInt64(try reader.integer(UInt16.self)))
        case UInt8(ascii: "I"): .integer(Int64(Int32(bitPattern: try reader.integer(UInt32.self))))
        case UInt8(ascii: "i"): .unsigned(UInt64(try reader.integer(UInt32.self)))
        case UInt8(ascii: "l"): .integer(Int64(bitPattern: try reader.integer(UInt64.self)))
        case UInt8(ascii: "L"): .unsigned(try reader.integer(UInt64.self))
        case UInt8(ascii: "f"): .double(Double(Float(bitPattern: try reader.integer(UInt32.self))))
        case UInt8(ascii: "d"): .double(Double(bitPattern: try reader.integer(UInt64.self)))
        case UInt8(ascii: "D"): .decimal(scale: try reader.byte(), value: try reader.integer(UInt32.self))
        case UInt8(ascii: "T"): .timestamp(try reader.integer(UInt64.self))
        case UInt8(ascii: "V"): .void
        case UInt8(ascii: "x"): .bytes(Array(try reader.slice(Int(try reader.integer(UInt32.self)))))
        case UInt8(ascii: "S"): text(try reader.slice(Int(try reader.integer(UInt32.self))))
        default: throw .unknownFieldType(type)
        }
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> FieldValue {
        String(validating: bytes, as: UTF8.self).map { .text($0) } ?? .bytes(Array(bytes))
    }
}
