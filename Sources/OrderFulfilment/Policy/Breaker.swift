/// Whether EMS is worth calling: a pure machine that trips when different orders fail in a row, and
/// lets one order probe.
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
        /// EMS answers; these orders failed since the last success. Can transition to: `open` when they are too many.
        case closed(failing: Set<String>)
        /// EMS doesn't. Can transition to: `probing` when the pause is over.
        case open(until: Double, pause: Double)
        /// One order finds out. Can transition to: `closed` when it succeeds, `open` with a longer pause when it fails.
        case probing(pause: Double)
    }

    private(set) var state = State.closed(failing: [])
    /// Different orders failing in a row that trip it: one that always fails must not stop the others.
    var threshold = 5
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

    mutating func succeeded() { state = .closed(failing: []) }

    mutating func failed(_ order: String, now: Double) {
        switch state {
        case .closed(var failing):
            failing.insert(order)
            state =
                failing.count < threshold
                ? .closed(failing: failing) : .open(until: now + shortestPause, pause: shortestPause)
        case .probing(let pause):
            let longer = min(pause * 2, longestPause)
            state = .open(until: now + longer, pause: longer)
        // Orders that were let through before it tripped say nothing new.
        case .open: break
        }
    }

    /// The probing order ended without a word from EMS: the next one finds out.
    mutating func inconclusive(now: Double) {
        if case .probing(let pause) = state { state = .open(until: now, pause: pause) }
    }
}
