import AMQP

/// A publishing that is known to fit into AMQP's short strings and into one header frame.
struct EncodedPublishing: Sendable {
    let publishing: Publishing
    /// The encoded header table with its length prefix; `nil` when there are no headers.
    let headers: [UInt8]?
}

extension EncodedPublishing {
    /// Checks and encodes.
    ///
    /// A content header is never split: over the frame size the broker would close the connection.
    init(_ publishing: Publishing, frameMaximum: Int, maximumHeaderBytes: Int = .max) throws(PublishFailure) {
        let properties = publishing.properties
        let texts: [(String, String?)] = [
            ("exchange", publishing.exchange.rawValue), ("routing key", publishing.routingKey.rawValue),
            ("content type", properties.contentType), ("content encoding", properties.contentEncoding),
            ("correlation id", properties.correlationID), ("reply-to", properties.replyTo),
            ("expiration", properties.expiration), ("message id", properties.messageID), ("type", properties.type),
            ("user id", properties.userID), ("app id", properties.appID),
        ]
        var size = 0
        for (name, text) in texts {
            let count = text?.utf8.count ?? 0
            guard count <= 255 else { throw .invalid("the \(name) is \(count) bytes long, AMQP allows 255") }
            size += count + 1
        }
        var headers: [UInt8]?
        if !properties.headers.isEmpty {
            do { headers = try properties.headers.encoded() } catch {
                throw .invalid("the headers can't be encoded: \(error)")
            }
        }
        let headerSize = headers?.count ?? 0
        guard headerSize <= maximumHeaderBytes else {
            throw .invalid(
                "the headers take \(headerSize) bytes, maximumHeaderBytes allows \(maximumHeaderBytes)"
                    + Self.largest(of: properties.headers)
            )
        }
        size += headerSize + Self.fixedBytes
        guard size <= frameMaximum else {
            throw .invalid(
                "the properties take \(size) bytes, a frame of this connection holds \(frameMaximum)"
                    + Self.largest(of: properties.headers)
            )
        }
        self.publishing = publishing
        self.headers = headers
    }

    /// Which header to look at first.
    private static func largest(of headers: FieldTable) -> String {
        let sizes = headers.fields.map { field in
            (name: field.name, size: ((try? FieldTable([field]).encoded().count) ?? 0) - MemoryLayout<UInt32>.size)
        }
        guard let largest = sizes.max(by: { $0.size < $1.size }) else { return "" }
        return "; the largest header is '\(largest.name.prefix(40))' with \(largest.size) bytes"
    }

    /// Frame overhead (8), class, weight and body size (12), flags (2), delivery mode, priority and timestamp (10).
    private static let fixedBytes = 32
}
