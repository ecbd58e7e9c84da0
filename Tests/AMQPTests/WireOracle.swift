@testable import AMQP

/// What must hold for any bytes: they are read or refused, and what was read goes out and comes back the same.
///
/// Shared by the fuzzer and the replay of its corpus, so it knows nothing of tests.
enum WireOracle {
    private static let limits = ContentLimits()

    /// What is wrong with how the bytes were taken; `nil` when nothing is.
    static func complaint(about bytes: [UInt8]) -> String? { complaintAboutTable(bytes) ?? complaintAboutHeader(bytes) }

    private static func complaintAboutTable(_ bytes: [UInt8]) -> String? {
        guard let table = try? FieldTableDecoder.decode(bytes[...], limits: limits) else { return nil }
        return complaint(about: table)
    }

    private static func complaint(about table: FieldTable) -> String? {
        let once: [UInt8]
        do { once = try table.encoded() } catch {
            // A mended name may have grown over 255 bytes, and a number of another client may be over 2^63 - 1.
            if case .unencodable = error { return nil }
            return "what was read can't be written: \(error)"
        }
        guard let again = try? FieldTableDecoder.decode(once.dropFirst(4), limits: limits) else {
            return "what was written can't be read"
        }
        guard let twice = try? again.encoded(), twice == once else { return "it changes on its second way" }
        return isSame(table, again) ? nil : "it changed on its way: \(table) became \(again)"
    }

    private static func complaintAboutHeader(_ bytes: [UInt8]) -> String? {
        guard let header = try? ContentHeader(decoding: bytes, limits: limits) else { return nil }
        if header.oversizedHeaders != nil, !header.properties.headers.isEmpty {
            return "headers are left out and carried"
        }
        guard let written = written(header.properties) else { return nil }
        guard let again = try? ContentHeader(decoding: written, limits: limits) else {
            return "properties that were written can't be read"
        }
        var (before, after) = (header.properties, again.properties)
        // Over the limits once numbers are widened: checked as a table above, when it is read as one.
        guard again.oversizedHeaders == nil else { return nil }
        guard isSame(before.headers, after.headers) else { return "headers changed on their way" }
        (before.headers, after.headers) = ([:], [:])
        return before == after ? nil : "properties changed on their way: \(before) became \(after)"
    }

    /// The properties as another client would write them; `nil` when they don't fit.
    private static func written(_ properties: Properties) -> [UInt8]? {
        var flags: UInt16 = 0
        var bytes: [UInt8] = []
        var fits = true
        func add(_ bit: UInt16, _ value: [UInt8]?) {
            guard let value else { return }
            flags |= 1 << bit
            bytes += value
        }
        func short(_ text: String?) -> [UInt8]? {
            guard let text else { return nil }
            fits = fits && text.utf8.count <= 255
            return [UInt8(truncatingIfNeeded: text.utf8.count)] + Array(text.utf8)
        }
        add(15, short(properties.contentType))
        add(14, short(properties.contentEncoding))
        if !properties.headers.isEmpty {
            guard let headers = try? properties.headers.encoded() else { return nil }
            add(13, headers)
        }
        add(12, properties.deliveryMode.map { [$0.rawValue] })
        add(11, properties.priority.map { [$0] })
        add(10, short(properties.correlationID))
        add(9, short(properties.replyTo))
        add(8, short(properties.expiration))
        add(7, short(properties.messageID))
        add(6, properties.timestamp.map { timestamp in withUnsafeBytes(of: timestamp.bigEndian) { Array($0) } })
        add(5, short(properties.type))
        add(4, short(properties.userID))
        add(3, short(properties.appID))
        return fits ? [UInt8(flags >> 8), UInt8(flags & 0xFF)] + bytes : nil
    }

    private static func isSame(_ one: FieldTable, _ other: FieldTable) -> Bool {
        one.fields.elementsEqual(other.fields) { $0.name == $1.name && isSame($0.value, $1.value) }
    }

    private static func isSame(_ one: FieldValue, _ other: FieldValue) -> Bool {
        switch (one, other) {
        case (.table(let one), .table(let other)): isSame(one, other)
        case (.array(let one), .array(let other)): one.elementsEqual(other, by: isSame)
        // No number equals itself when it is none.
        case (.double(let one), .double(let other)): one.bitPattern == other.bitPattern
        // Over 32 bits there is only a signed type that RabbitMQ reads.
        case (.unsigned(let one), .integer(let other)): one > UInt64(UInt32.max) && Int64(exactly: one) == other
        default: one == other
        }
    }
}
