import AMQP
import OrderMessages

extension Publishing {
    /// The largest header table of an original that goes along, encoded, in bytes: a frame holds 128 KiB, and ours needs
    /// room too.
    private static let largestForeignHeaders = 96 << 10

    /// The message again, explained; always something that AMQP can carry.
    ///
    /// Remote bytes that were no UTF-8 have been mended and may have grown over AMQP's limits; a letter that can't be
    /// published would block its queue for ever.
    static func republish(
        _ message: Message,
        to exchange: ExchangeName,
        keyIfUnsendable: RoutingKey,
        explanation: DeadLetterHeaders
    ) -> Publishing {
        var properties = message.properties.strippedForRepublish
        properties.headers.fields.removeAll { $0.name.hasPrefix("dead-letter-") || $0.name == KeptLetter.roundHeader }
        var ours = explanation.entries.map { FieldTable.Field($0.name, .text($0.value)) }
        let encoded = try? properties.headers.encoded()
        if encoded.map({ $0.count > largestForeignHeaders }) ?? true {
            let digest = "SHA-256 \(ContentDigest.sha256(encoded ?? []))"
            ours.append(.init("dead-letter-headers-omitted", .text("\(encoded?.count ?? 0) bytes, \(digest)")))
            properties.headers.fields = []
        }
        properties.headers.fields += ours
        let isSendable = message.routingKey.rawValue.utf8.count <= Properties.longestText
        return Publishing(
            exchange: exchange,
            routingKey: isSendable ? message.routingKey : keyIfUnsendable,
            properties: properties,
            body: message.body
        )
    }

    /// Keeps only the headers that explain a dead letter; answers `false` when there were no others.
    mutating func dropForeignHeaders() -> Bool {
        let before = properties.headers.fields.count
        properties.headers.fields.removeAll { !$0.name.hasPrefix("dead-letter-") }
        return properties.headers.fields.count < before
    }
}

extension Properties {
    /// The longest text that AMQP carries, in bytes of UTF-8.
    static let longestText = 255

    /// Without what the broker owns or would act upon (death records, delivery count, expiration, user, CC and BCC), and
    /// with no text longer than AMQP allows.
    var strippedForRepublish: Properties {
        var stripped = self
        let names: Set<String> = ["x-death", "x-delivery-count", "CC", "BCC"]
        stripped.headers.fields.removeAll {
            names.contains($0.name) || $0.name.hasPrefix("x-first-death-") || $0.name.hasPrefix("x-last-death-")
        }
        stripped.expiration = nil
        stripped.userID = nil
        stripped.deliveryMode = .persistent
        for text in [
            \Properties.contentType, \.contentEncoding, \.correlationID, \.replyTo, \.messageID, \.type, \.appID,
        ] {
            while let value = stripped[keyPath: text], value.utf8.count > Self.longestText {
                stripped[keyPath: text] = String(value.dropLast())
            }
        }
        return stripped
    }
}
