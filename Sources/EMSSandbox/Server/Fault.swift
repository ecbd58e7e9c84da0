import HTTPTypes

/// Something that shall go wrong with calls that match.
struct Fault: Sendable {
    /// What happens to a call.
    enum Effect: Sendable, Equatable {
        /// Answered with this status after the delay; nothing is done.
        case status(Int, retryAfter: Int?)
        /// Nothing is done; the connection is closed after the delay.
        case dropBefore
        /// The call is done at once; the connection is closed after the delay, without an answer.
        case dropAfter
        /// The connection is closed at once, without an answer; the call is done after the delay.
        case dropLate
        /// The call is done at once and answered after the delay.
        case slow
    }

    var id = 0
    var method: HTTPRequest.Method?
    var path: PathPattern?
    var effect: Effect
    var delay: Duration
    /// How many calls it still strikes; nil for no end.
    var remaining: Int?
    /// The share of the matching calls that it strikes.
    var rate: Double?
    var hits = 0

    func matches(_ method: HTTPRequest.Method, _ path: Substring, _ match: Endpoint.Match) -> Bool {
        guard self.method == nil || self.method == method else { return false }
        // Availability is polled, so only a path that names it strikes it.
        return self.path?.matches(path, match) ?? path.hasPrefix(SandboxResponder.apiRoot)
    }
}
