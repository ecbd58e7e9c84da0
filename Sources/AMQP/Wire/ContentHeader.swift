/// The properties of a content header as they came over the wire.
public struct ContentHeader: Hashable, Sendable {
    /// The properties; without headers when `oversizedHeaders` is set.
    public var properties: Properties
    /// The encoded header table, without its length prefix, when it is over the limits or can't be read.
    public var oversizedHeaders: [UInt8]?

    /// Decodes property flags and list: what follows the body size in a content header frame.
    public init(decoding bytes: [UInt8], limits: ContentLimits) throws(WireError) {
        var reader = WireReader(bytes[...])
        let flags = try reader.integer(UInt16.self)
        func has(_ bit: UInt16) -> Bool { flags & (1 << bit) != 0 }
        // Bit 0 announces a second word of flags; no property of the basic class needs one.
        guard !has(0) else { throw .overLimit }
        var properties = Properties()
        var oversized: [UInt8]?
        if has(15) { properties.contentType = try reader.shortString() }
        if has(14) { properties.contentEncoding = try reader.shortString() }
        if has(13) {
            let content = try reader.slice(Int(try reader.integer(UInt32.self)))
            if content.count <= limits.headerBytes,
                let table = try? FieldTableDecoder.decode(content, limits: limits)
            {
                properties.headers = table
            } else {
                oversized = Array(content)
            }
        }
        if has(12) { properties.deliveryMode = Properties.DeliveryMode(rawValue: try reader.byte()) }
        if has(11) { properties.priority = try reader.byte() }
        if has(10) { properties.correlationID = try reader.shortString() }
        if has(9) { properties.replyTo = try reader.shortString() }
        if has(8) { properties.expiration = try reader.shortString() }
        if has(7) { properties.messageID = try reader.shortString() }
        if has(6) { properties.timestamp = try reader.integer(UInt64.self) }
        if has(5) { properties.type = try reader.shortString() }
        if has(4) { properties.userID = try reader.shortString() }
        if has(3) { properties.appID = try reader.shortString() }
        self.properties = properties
        self.oversizedHeaders = oversized
    }
}
