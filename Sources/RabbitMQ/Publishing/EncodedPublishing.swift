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
    init(_ publishing: Publishing, frameMaximum: Int) throws(PublishFailure) {
        for (name, count) in [
            ("exchange", publishing.exchange.rawValue.utf8.count),
            ("routing key", publishing.routingKey.rawValue.utf8.count),
        ] where count > 255 {
            throw .invalid("the \(name) is \(count) bytes long, AMQP allows 255")
        }
        let properties: [UInt8]
        do { properties = try publishing.properties.encoded() } catch .unencodable(let reason) {
            throw .invalid(reason)
        } catch {
            throw .invalid("the headers can't be encoded: \(error)")
        }
        let size = properties.count + Self.fixedBytes
        guard size <= frameMaximum else {
            throw .invalid("the properties take \(size) bytes, a frame of this connection holds \(frameMaximum)")
        }
        self.publishing = publishing
        self.properties = properties
    }

    /// Frame overhead (8), class, weight and body size (12).
    private static let fixedBytes = 20
}
