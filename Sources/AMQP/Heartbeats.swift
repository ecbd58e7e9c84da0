/// When a connection must show that it lives, and when its peer is dead.
///
/// A machine without I/O; a heartbeat of zero means that neither side sends any.
public struct Heartbeats: Hashable, Sendable {
    /// What both sides agreed on: a peer that is silent for twice as long is dead.
    public let interval: Duration
    private var lastSent: ContinuousClock.Instant
    private var lastReceived: ContinuousClock.Instant

    /// The clock of a connection that has just come about.
    public init(interval: Duration, now: ContinuousClock.Instant) {
        self.interval = interval
        lastSent = now
        lastReceived = now
    }

    /// Bytes left.
    public mutating func sent(now: ContinuousClock.Instant) { lastSent = now }

    /// Bytes came.
    public mutating func received(now: ContinuousClock.Instant) { lastReceived = now }

    /// Whether something must be sent now: half of the interval has passed, so that one lost packet kills nobody.
    public func isDue(now: ContinuousClock.Instant) -> Bool { interval > .zero && now >= lastSent + interval / 2 }

    /// Whether the peer has been silent for too long.
    public func isPeerSilent(now: ContinuousClock.Instant) -> Bool {
        interval > .zero && now >= lastReceived + interval * 2
    }

    /// When to look again.
    ///
    /// Nothing can be sent while bytes wait for a full socket: then only the peer's silence counts, because a deadline
    /// that stays in the past would make its reader spin.
    public func nextDeadline(whileBytesWait: Bool) -> ContinuousClock.Instant? {
        guard interval > .zero else { return nil }
        let silence = lastReceived + interval * 2
        return whileBytesWait ? silence : min(lastSent + interval / 2, silence)
    }
}
