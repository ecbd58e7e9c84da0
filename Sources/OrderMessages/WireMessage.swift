/// A message as far as its meaning goes: body, and the few properties that may carry CloudEvents attributes.
public struct WireMessage: Hashable, Sendable {
    /// MIME type: `application/cloudevents+json` for structured mode, `application/json` for binary mode.
    public var contentType: String?
    /// The headers whose values are texts, booleans or numbers, as texts.
    public var headers: [String: String]
    /// AMQP `message_id`.
    public var messageID: String?
    /// AMQP `type`.
    public var type: String?
    /// AMQP `app_id`.
    public var appID: String?
    /// AMQP `timestamp`: seconds since 1970.
    public var timestamp: UInt64?
    /// AMQP `correlation_id`.
    public var correlationID: String?
    /// AMQP `reply_to`.
    public var replyTo: String?
    /// The bytes.
    public var body: [UInt8]
    /// Set when the body was too large to be carried: its size in bytes.
    public var omittedBodySize: UInt64?

    /// A message.
    public init(
        contentType: String? = nil,
        headers: [String: String] = [:],
        messageID: String? = nil,
        type: String? = nil,
        appID: String? = nil,
        timestamp: UInt64? = nil,
        correlationID: String? = nil,
        replyTo: String? = nil,
        body: [UInt8],
        omittedBodySize: UInt64? = nil
    ) {
        self.contentType = contentType
        self.headers = headers
        self.messageID = messageID
        self.type = type
        self.appID = appID
        self.timestamp = timestamp
        self.correlationID = correlationID
        self.replyTo = replyTo
        self.body = body
        self.omittedBodySize = omittedBodySize
    }
}
