/// Whether EMS is worth calling: a pure machine that trips on failures in a row and lets one order probe.
///
/// Times are seconds of any clock that only goes forward.
struct Breaker: Hashable, Sendable {
    /// What an order that wants to call EMS is told.
    enum Admission: Hashable, Sendable {
        /// Go on.
        case pass
        /// Go on, as the one that finds out.
        case probe
        /// Wait that many seconds, then ask again.
        case wait(seconds: Double)
    }

    enum State: Hashable, Sendable {
        /// EMS answers. Can transition to: `open` after enough failures in a row.
        case closed(failures: Int)
        /// EMS doesn't. Can transition to: `probing` when the pause is over.
        case open(until: Double, pause: Double)
        /// One order finds out. Can transition to: `closed` when it succeeds, `open` with a longer pause when it fails.
        case probing(pause: Double)
    }

    private(set) var state = State.closed(failures: 0)
    /// Failures in a row that trip it.
    var threshold = 8
    /// The first pause, in seconds; doubles up to the longest.
    var shortestPause = 1.0
    /// The longest pause, in seconds.
    var longestPause = 30.0

    /// Whether orders flow.
    var isClosed: Bool {
        if case .closed = state { true } else { false }
    }

    mutating func admit(now: Double) -> Admission {
        switch state {
        case .closed: return .pass
        case .probing: return .wait(seconds: shortestPause)
        case .open(let until, let pause):
            guard now >= until else { return .wait(seconds: until - now) }
            state = .probing(pause: pause)
            return .probe
        }
    }

    mutating func succeeded() { state = .closed(failures: 0) }

    mutating func failed(now: Double) {
        switch state {
        case .closed(let failures) where failures + 1 < threshold: state = .closed(failures: failures + 1)
        case .closed: state = .open(until: now + shortestPause, pause: shortestPause)
        case .probing(let pause):
            let longer = min(pause * 2, longestPause)
            state = .open(until: now + longer, pause: longer)
        // Orders that were let through before it tripped say nothing new.
        case .open: break
        }
    }
}
