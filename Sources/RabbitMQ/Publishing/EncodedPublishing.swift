import AMQP

/// A publishing that is known to fit into AMQP's short strings and into one header frame.
struct EncodedPublishing: Sendable {
    let publishing: Publishing
    /// The encoded properties: flags and list.
    let properties: [UInt8]
}

extension EncodedPublishing {
    /// Checks and encodes.
    ///
    /// A content header is never split: over the frame size the broker would close the connection.
    init(_ publishing: Publishing, frameMaximum: Int, maximumHeaderBytes: Int = .max) throws(PublishFailure) {
        for (name, count) in [
            ("exchange", publishing.exchange.rawValue.utf8.count),
            ("routing key", publishing.routingKey.rawValue.utf8.count),
        ] where count > 255 {
            throw .invalid("the \(name) is \(count) bytes long, AMQP allows 255")
        }
        let headers = publishing.properties.headers
        var encodedHeaders: [UInt8]?
        if !headers.isEmpty {
            do { encodedHeaders = try headers.encoded() } catch {
                throw .invalid("the headers can't be encoded: \(error)")
            }
        }
        let headerSize = encodedHeaders?.count ?? 0
        guard headerSize <= maximumHeaderBytes else {
            throw .invalid(
                "the headers take \(headerSize) bytes, maximumHeaderBytes allows \(maximumHeaderBytes)"
                    + Self.largest(of: headers)
            )
        }
        let properties: [UInt8]
        do { properties = try publishing.properties.encoded(headers: encodedHeaders) } catch {
            throw .invalid("the properties can't be encoded: \(error)")
        }
        let size = properties.count + Self.fixedBytes
        guard size <= frameMaximum else {
            throw .invalid(
                "the properties take \(size) bytes, a frame of this connection holds \(frameMaximum)"
                    + Self.largest(of: headers)
            )
        }
        self.publishing = publishing
        self.properties = properties
    }

    /// Which header to look at first.
    private static func largest(of headers: FieldTable) -> String {
        let sizes = headers.fields.map { field in
            (name: field.name, size: ((try? FieldTable([field]).encoded().count) ?? 0) - MemoryLayout<UInt32>.size)
        }
        guard let largest = sizes.max(by: { $0.size < $1.size }) else { return "" }
        return "; the largest header is '\(largest.name.prefix(40))' with \(largest.size) bytes"
    }

    /// Frame overhead (8), class, weight and body size (12).
    private static let fixedBytes = 20
}
