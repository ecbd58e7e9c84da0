/// The life of one connection's owner: connect, stay open, come back after a loss, drain, end.
///
/// A machine without I/O: events in, one action out. Time and chance are parameters.
public struct ConnectionLifecycle: Hashable, Sendable {
    /// Where the connection stands.
    public enum State: Hashable, Sendable {
        /// There is no connection; the next attempt follows when the wait is over.
        ///
        /// Can transition to: connecting (the wait is over), closed (asked to end).
        case disconnected
        /// Dialling, handshake, channel, topology, consumers.
        ///
        /// Can transition to: open (all of it succeeded), disconnected (some of it failed), closed (asked to end).
        case connecting
        /// Deliveries and confirms flow.
        ///
        /// Can transition to: disconnected (lost), draining (asked to end).
        case open
        /// What is in flight is finished; nothing new begins.
        ///
        /// Can transition to: closed (drained, out of time, or lost).
        case draining
        /// The end.
        ///
        /// Can transition to: nothing.
        case closed
    }

    /// What happened.
    public enum Event: Hashable, Sendable {
        /// Begin, or the wait is over.
        case due
        /// The connection and all that belongs to it stand.
        case opened
        /// The connection, or an attempt at it, failed.
        case lost(openFor: Duration, jitter: Double)
        /// Somebody wants the connection to end in an orderly way.
        case endRequested
        /// Nothing is in flight any more, or the time for it is over.
        case drained
    }

    /// What the owner does next.
    public enum Action: Hashable, Sendable {
        /// Connect; if it succeeds the connection will have this epoch.
        case connect(epoch: UInt64)
        /// Begin the work of an open connection.
        case serve(epoch: UInt64)
        /// Drop what is left of the connection and report `due` after the wait.
        case retry(after: Duration)
        /// Finish what is in flight, then report `drained`.
        case drain
        /// Close the connection, if there is one, and end.
        case finish
        /// Nothing: the event came too late to matter.
        case ignore
    }

    /// Where the connection stands.
    public private(set) var state: State = .disconnected
    /// Counts connections that opened, from 1.
    public private(set) var epoch: UInt64 = 0
    /// Failures since the connection last stayed open for long.
    public private(set) var failures = 0

    /// How attempts are spaced.
    public let backoff: Backoff
    /// A connection that lived this long forgives earlier failures; a shorter one counts as one more.
    public let stableAfter: Duration

    /// A connection that was never opened.
    public init(backoff: Backoff = Backoff(), stableAfter: Duration = .seconds(10)) {
        self.backoff = backoff
        self.stableAfter = stableAfter
    }

    /// Takes an event and says what to do.
    public mutating func handle(_ event: Event) -> Action {
        switch (state, event) {
        case (.disconnected, .due):
            state = .connecting
            return .connect(epoch: epoch + 1)
        case (.connecting, .opened):
            state = .open
            epoch += 1
            return .serve(epoch: epoch)
        case (.connecting, .lost(_, let jitter)):
            return retry(jitter: jitter)
        case (.open, .lost(let openFor, let jitter)):
            if openFor >= stableAfter { failures = 0 }
            return retry(jitter: jitter)
        case (.open, .endRequested):
            state = .draining
            return .drain
        case (.disconnected, .endRequested), (.connecting, .endRequested), (.draining, .drained), (.draining, .lost):
            state = .closed
            return .finish
        case (.disconnected, .opened), (.disconnected, .lost), (.disconnected, .drained), (.connecting, .due),
            (.connecting, .drained), (.open, .due), (.open, .opened), (.open, .drained), (.draining, .due),
            (.draining, .opened), (.draining, .endRequested), (.closed, _):
            return .ignore
        }
    }

    private mutating func retry(jitter: Double) -> Action {
        state = .disconnected
        failures += 1
        return .retry(after: backoff.delay(afterFailures: failures, jitter: jitter))
    }
}
