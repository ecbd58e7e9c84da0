extension Properties {
    /// Flags and list as they stand in a content header, after the body size.
    ///
    /// `headers` is the encoded table with its length, if there is one. Throws when a text is over 255 bytes.
    package func encoded(headers: [UInt8]?) throws(WireError) -> [UInt8] {
        var flags: UInt16 = 0
        var list: [UInt8] = []
        func text(_ value: String?, _ name: String, bit: UInt16) throws(WireError) {
            guard let value else { return }
            let utf8 = value.utf8
            guard utf8.count <= 255 else {
                throw .unencodable("the \(name) is \(utf8.count) bytes long, AMQP allows 255")
            }
            flags |= 1 << bit
            list.append(UInt8(utf8.count))
            list += utf8
        }
        func number(_ value: UInt8?, bit: UInt16) {
            guard let value else { return }
            flags |= 1 << bit
            list.append(value)
        }
        try text(contentType, "content type", bit: 15)
        try text(contentEncoding, "content encoding", bit: 14)
        if let headers {
            flags |= 1 << 13
            list += headers
        }
        number(deliveryMode?.rawValue, bit: 12)
        number(priority, bit: 11)
        try text(correlationID, "correlation id", bit: 10)
        try text(replyTo, "reply-to", bit: 9)
        try text(expiration, "expiration", bit: 8)
        try text(messageID, "message id", bit: 7)
        if let timestamp {
            flags |= 1 << 6
            withUnsafeBytes(of: timestamp.bigEndian) { list += $0 }
        }
        try text(type, "type", bit: 5)
        try text(userID, "user id", bit: 4)
        try text(appID, "app id", bit: 3)
        return [UInt8(flags >> 8), UInt8(flags & 0xFF)] + list
    }
}
