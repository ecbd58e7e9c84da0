/// How a request gets to EMS and its answer back: the seam behind which the HTTP client stands.
public protocol EMSTransport: Sendable {
    /// Sends the request and answers with whatever status came back. Nothing is repeated and no redirect is followed.
    func send(_ request: EMSRequest) async throws(EMSTransportFailure) -> EMSAnswer

    /// Closes the connections. Nothing may be sent afterwards.
    func shutdown() async
}

/// A request to be sent.
public struct EMSRequest: Sendable {
    /// The HTTP method.
    public var method: String
    /// Absolute, percent-encoded.
    public var url: String
    /// Names and values.
    public var headers: [(name: String, value: String)]
    /// `nil` without one.
    public var body: [UInt8]?
    /// When the answer must be there.
    public var deadline: ContinuousClock.Instant
    /// The largest body of an answer, in bytes.
    public var maximumAnswerSize: Int

    /// A request.
    public init(
        method: String,
        url: String,
        headers: [(name: String, value: String)],
        body: [UInt8]?,
        deadline: ContinuousClock.Instant,
        maximumAnswerSize: Int
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.deadline = deadline
        self.maximumAnswerSize = maximumAnswerSize
    }
}

/// What came back.
public struct EMSAnswer: Sendable {
    /// The HTTP status.
    public var status: Int
    /// The headers this project reads, names in lower case.
    public var headers: [String: String]
    /// The whole body.
    public var body: [UInt8]

    /// An answer.
    public init(status: Int, headers: [String: String] = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Why there is no answer.
public enum EMSTransportFailure: Error, Hashable, Sendable {
    /// Nothing left this machine: what was asked for did not and will not happen.
    case notSent(String)
    /// It may have arrived, and may still take effect.
    case noAnswer(String)
}
