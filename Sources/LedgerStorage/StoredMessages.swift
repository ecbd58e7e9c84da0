package import AMQP

/// Messages and publishings as stored bytes.
///
/// The first byte is the version of the layout.
package enum StoredMessages {
    private static let layout: UInt8 = 1

    package static func bytes(of message: Message) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(layout)
        writer.write(message.exchange.rawValue)
        writer.write(message.routingKey.rawValue)
        write(message.properties, to: &writer)
        writer.write(message.body)
        for omission in [message.omittedHeaders, message.omittedBody] {
            writer.write(omission) {
                $0.write($1.byteCount)
                $0.write($1.sha256)
            }
        }
        return writer.bytes
    }

    package static func message(_ bytes: [UInt8]) throws(ByteReader.Damage) -> Message {
        var reader = ByteReader(bytes)
        guard try reader.byte() == layout else { throw ByteReader.Damage() }
        var message = Message(
            exchange: ExchangeName(try reader.text()),
            routingKey: RoutingKey(try reader.text()),
            properties: try properties(from: &reader),
            body: try reader.array()
        )
        message.omittedHeaders = try reader.optional(omission)
        message.omittedBody = try reader.optional(omission)
        guard reader.isAtEnd else { throw ByteReader.Damage() }
        return message
    }

    package static func bytes(of publishings: some Collection<Publishing>) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(layout)
        writer.write(UInt64(publishings.count))
        for publishing in publishings {
            writer.write(publishing.exchange.rawValue)
            writer.write(publishing.routingKey.rawValue)
            write(publishing.properties, to: &writer)
            writer.write(publishing.body)
        }
        return writer.bytes
    }

    package static func publishings(_ bytes: [UInt8]) throws(ByteReader.Damage) -> [Publishing] {
        var reader = ByteReader(bytes)
        guard try reader.byte() == layout else { throw ByteReader.Damage() }
        var publishings: [Publishing] = []
        for _ in 0..<(try reader.integer(UInt64.self)) {
            publishings.append(
                Publishing(
                    exchange: ExchangeName(try reader.text()),
                    routingKey: RoutingKey(try reader.text()),
                    properties: try properties(from: &reader),
                    body: try reader.array()
                )
            )
        }
        guard reader.isAtEnd else { throw ByteReader.Damage() }
        return publishings
    }

    private static func omission(_ reader: inout ByteReader) throws(ByteReader.Damage) -> Message.Omission {
        Message.Omission(byteCount: try reader.integer(), sha256: try reader.text())
    }

    private static func write(_ properties: Properties, to writer: inout ByteWriter) {
        writer.write(properties.contentType)
        writer.write(properties.contentEncoding)
        StoredFieldTable.write(properties.headers, to: &writer)
        writer.write(properties.deliveryMode) { $0.write($1.rawValue) }
        writer.write(properties.priority) { $0.write($1) }
        writer.write(properties.correlationID)
        writer.write(properties.replyTo)
        writer.write(properties.expiration)
        writer.write(properties.messageID)
        writer.write(properties.timestamp) { $0.write($1) }
        writer.write(properties.type)
        writer.write(properties.userID)
        writer.write(properties.appID)
    }

    private static func properties(from reader: inout ByteReader) throws(ByteReader.Damage) -> Properties {
        // Calls are evaluated in the order in which they are written, which is the order of the layout.
        Properties(
            contentType: try reader.optionalText(),
            contentEncoding: try reader.optionalText(),
            headers: try StoredFieldTable.read(from: &reader),
            deliveryMode: try reader.optional(deliveryMode),
            priority: try reader.optional { (reader: inout ByteReader) throws(ByteReader.Damage) in try reader.byte() },
            correlationID: try reader.optionalText(),
            replyTo: try reader.optionalText(),
            expiration: try reader.optionalText(),
            messageID: try reader.optionalText(),
            timestamp: try reader.optional { (reader: inout ByteReader) throws(ByteReader.Damage) in
                try reader.integer()
            },
            type: try reader.optionalText(),
            userID: try reader.optionalText(),
            appID: try reader.optionalText()
        )
    }

    private static func deliveryMode(
        _ reader: inout ByteReader
    ) throws(ByteReader.Damage) -> Properties.DeliveryMode {
        guard let mode = Properties.DeliveryMode(rawValue: try reader.byte()) else { throw ByteReader.Damage() }
        return mode
    }
}
