import AMQP

/// Bytes as a broker sends them, right or wrong: nothing is checked here.
enum HostileBytes {
    /// What a delivery says besides its content.
    struct Deliver {
        var consumer: [UInt8]
        var tag: UInt64 = 1
        var exchange: [UInt8] = Array("in".utf8)
        var routingKey: [UInt8] = Array("key".utf8)
    }

    static func frame(_ type: UInt8, channel: UInt16 = 1, size: UInt32? = nil, end: UInt8 = 0xCE, _ payload: [UInt8])
        -> [UInt8]
    {
        [type] + number(channel) + number(size ?? UInt32(payload.count)) + payload + [end]
    }

    static func method(_ kind: UInt16, _ id: UInt16, channel: UInt16 = 1, _ arguments: [UInt8] = []) -> [UInt8] {
        frame(1, channel: channel, number(kind) + number(id) + arguments)
    }

    static func deliver(_ deliver: Deliver, channel: UInt16 = 1) -> [UInt8] {
        let names = short(deliver.exchange) + short(deliver.routingKey)
        return method(60, 60, channel: channel, short(deliver.consumer) + number(deliver.tag) + [0] + names)
    }

    /// A content header; `properties` begins with the flags.
    static func header(_ bodySize: UInt64, kind: UInt16 = 60, _ properties: [UInt8] = [0, 0]) -> [UInt8] {
        frame(2, number(kind) + number(UInt16(0)) + number(bodySize) + properties)
    }

    static func body(_ bytes: [UInt8]) -> [UInt8] { frame(3, bytes) }

    /// Properties with nothing but headers, from the content of their table.
    static func headers(_ table: [UInt8], length: UInt32? = nil) -> [UInt8] {
        [0b0010_0000, 0] + number(length ?? UInt32(table.count)) + table
    }

    /// The content of a table that holds tables (or one that holds arrays) so many levels deep; no name costs a byte.
    static func nested(_ levels: Int, arrays: Bool = false) -> [UInt8] {
        var bytes: [UInt8] = []
        for level in 0..<levels {
            let rest = UInt32((levels - level - 1) * (arrays ? 5 : 6))
            // Elements of an array have no name.
            bytes += (level == 0 || !arrays ? [0] : []) + [UInt8(ascii: arrays ? "A" : "F")] + number(rest)
        }
        return bytes
    }

    static func short(_ bytes: [UInt8]) -> [UInt8] { [UInt8(truncatingIfNeeded: bytes.count)] + bytes }

    static func number(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }
}
