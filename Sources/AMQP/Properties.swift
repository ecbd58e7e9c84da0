/// The content properties of a message, as AMQP 0-9-1 names them.
public struct Properties: Hashable, Sendable {
    /// How long the broker keeps a message.
    public enum DeliveryMode: UInt8, Hashable, Sendable {
        /// Lost when the broker restarts.
        case transient = 1
        /// Survives a restart of the broker in a durable queue.
        case persistent = 2
    }

    /// MIME type of the body.
    public var contentType: String?
    /// MIME content encoding of the body.
    public var contentEncoding: String?
    /// Application and broker headers.
    public var headers: FieldTable
    /// Persistent or transient; `nil` on the wire means transient.
    public var deliveryMode: DeliveryMode?
    /// 0 to 9; quorum queues ignore it.
    public var priority: UInt8?
    /// What ties a reply to its request.
    public var correlationID: String?
    /// The queue an answer is wanted in.
    public var replyTo: String?
    /// Time to live in the queue, in milliseconds, as a text.
    public var expiration: String?
    /// The publisher's id of the message.
    public var messageID: String?
    /// Seconds since 1970.
    public var timestamp: UInt64?
    /// The publisher's name of the kind of message.
    public var type: String?
    /// Checked by the broker against the connection's user.
    public var userID: String?
    /// The publisher's name of itself.
    public var appID: String?

    /// No property is set unless it is given.
    public init(
        contentType: String? = nil,
        contentEncoding: String? = nil,
        headers: FieldTable = [:],
        deliveryMode: DeliveryMode? = nil,
        priority: UInt8? = nil,
        correlationID: String? = nil,
        replyTo: String? = nil,
        expiration: String? = nil,
        messageID: String? = nil,
        timestamp: UInt64? = nil,
        type: String? = nil,
        userID: String? = nil,
        appID: String? = nil
    ) {
        self.contentType = contentType
        self.contentEncoding = contentEncoding
        self.headers = headers
        self.deliveryMode = deliveryMode
        self.priority = priority
        self.correlationID = correlationID
        self.replyTo = replyTo
        self.expiration = expiration
        self.messageID = messageID
        self.timestamp = timestamp
        self.type = type
        self.userID = userID
        self.appID = appID
    }
}
