/// A message apart from any delivery of it: where it was published, what it says.
public struct Message: Hashable, Sendable {
    /// A part of the message that was too large to carry: its size and digest stand for it.
    public struct Omission: Hashable, Sendable {
        /// Size on the wire, in bytes.
        public var byteCount: UInt64
        /// SHA-256 of those bytes, in lower-case hexadecimal digits.
        public var sha256: String

        /// Describes what was left out.
        public init(byteCount: UInt64, sha256: String) {
            self.byteCount = byteCount
            self.sha256 = sha256
        }
    }

    /// The exchange it was published to.
    public var exchange: ExchangeName
    /// The routing key it was published with.
    public var routingKey: RoutingKey
    /// Its properties; the headers are empty when `omittedHeaders` is set.
    public var properties: Properties
    /// Its bytes; empty when `omittedBody` is set.
    public var body: [UInt8]
    /// Set when the header table was over the limits on size, depth or count.
    public var omittedHeaders: Omission?
    /// Set when the body was over the limit on what is carried.
    public var omittedBody: Omission?

    /// A message with nothing left out unless said.
    public init(
        exchange: ExchangeName,
        routingKey: RoutingKey,
        properties: Properties = Properties(),
        body: [UInt8],
        omittedHeaders: Omission? = nil,
        omittedBody: Omission? = nil
    ) {
        self.exchange = exchange
        self.routingKey = routingKey
        self.properties = properties
        self.body = body
        self.omittedHeaders = omittedHeaders
        self.omittedBody = omittedBody
    }
}
