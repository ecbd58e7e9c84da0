import AMQP
import Crypto

/// Puts messages together from method, header and body frames, under the limits on what is carried.
struct MessageAssembler {
    /// A complete message and how it came here.
    enum Arrival: Hashable, Sendable {
        case delivery(consumer: ConsumerTag, tag: UInt64, isRedelivered: Bool, Message)
        case returned(code: UInt16, text: String, Message)
    }

    private enum State {
        case idle
        case awaitingHeader(InboundFrame)
        /// Of what `partial` holds.
        case awaitingBody
    }

    private struct Partial {
        var method: InboundFrame
        var message: Message
        var size: UInt64
        var received: UInt64 = 0
        /// Set when the body is hashed instead of kept.
        var hash: SHA256?
    }

    /// Holds for the messages that begin from now on.
    var limits: ContentLimits
    private var state: State = .idle
    /// Beside the state and changed in place: out of an enumeration's case it would be copied with every frame.
    private var partial: Partial?

    init(limits: ContentLimits) { self.limits = limits }

    /// Takes the next frame of the channel; gives the message when it is complete, `nil` while it is not or when the frame
    /// belongs to no message.
    mutating func take(_ frame: InboundFrame) throws(BrokerFailure) -> Arrival? {
        switch (state, frame) {
        case (.idle, .deliver), (.idle, .returned):
            state = .awaitingHeader(frame)
            return nil
        case (.idle, .header), (.idle, .body):
            throw .lost("content without a method")
        case (.idle, _):
            return nil
        case (.awaitingHeader(let method), .header(let size, let properties)):
            return try begin(method, size: size, properties: properties)
        case (.awaitingBody, .body(let bytes)):
            return try append(bytes)
        case (.awaitingHeader, _), (.awaitingBody, _):
            throw .lost("a message was interrupted by another frame")
        }
    }

    private mutating func begin(
        _ method: InboundFrame,
        size: UInt64,
        properties: [UInt8]
    ) throws(BrokerFailure) -> Arrival? {
        let header: ContentHeader
        do { header = try ContentHeader(decoding: properties, limits: limits) } catch {
            throw .lost("a content header can't be read: \(error)")
        }
        let (exchange, routingKey) = Self.address(of: method)
        var message = Message(exchange: exchange, routingKey: routingKey, properties: header.properties, body: [])
        message.omittedHeaders = header.oversizedHeaders.map {
            Message.Omission(byteCount: UInt64($0.count), sha256: hexadecimal(SHA256.hash(data: $0)))
        }
        partial = Partial(
            method: method,
            message: message,
            size: size,
            hash: size > limits.bodyBytes ? SHA256() : nil
        )
        return advance()
    }

    private mutating func append(_ bytes: [UInt8]) throws(BrokerFailure) -> Arrival? {
        let rest = missing
        guard UInt64(bytes.count) <= rest else { throw .lost("a body is longer than its header said") }
        // A peer that sends nothing, frame after frame, would look alive for ever.
        guard !bytes.isEmpty else { throw .lost("an empty body frame, with \(rest) bytes of the body to come") }
        partial?.received += UInt64(bytes.count)
        if partial?.hash != nil {
            partial?.hash?.update(data: bytes)
        } else if partial?.message.body.isEmpty == true {
            partial?.message.body = bytes
        } else {
            partial?.message.body += bytes
        }
        return advance()
    }

    /// Bytes of an unfinished body that are kept.
    var heldBytes: Int { partial?.message.body.count ?? 0 }

    /// Bytes of the body that have not come yet.
    private var missing: UInt64 { partial.map { $0.size - $0.received } ?? 0 }

    private mutating func advance() -> Arrival? {
        guard missing == 0, var partial = partial.take() else {
            state = .awaitingBody
            return nil
        }
        state = .idle
        if let hash = partial.hash {
            partial.message.omittedBody = .init(byteCount: partial.size, sha256: hexadecimal(hash.finalize()))
        }
        if case .deliver(let consumer, let tag, let isRedelivered, _, _) = partial.method {
            return .delivery(consumer: consumer, tag: tag, isRedelivered: isRedelivered, partial.message)
        }
        if case .returned(let code, let text, _, _) = partial.method {
            return .returned(code: code, text: text, partial.message)
        }
        return nil
    }

    private static func address(of method: InboundFrame) -> (ExchangeName, RoutingKey) {
        if case .deliver(_, _, _, let exchange, let routingKey) = method { return (exchange, routingKey) }
        if case .returned(_, _, let exchange, let routingKey) = method { return (exchange, routingKey) }
        return (.default, "")
    }
}

/// Lower-case hexadecimal digits.
private func hexadecimal(_ digest: SHA256.Digest) -> String {
    let digits = Array("0123456789abcdef")
    return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
