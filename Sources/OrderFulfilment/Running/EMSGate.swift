import Synchronization

/// The breaker as the line meets it: orders pass, or wait here while EMS fails for everyone.
final class EMSGate: Sendable {
    private let breaker = Mutex(Breaker())
    private let timekeeper: Timekeeper
    private let drain: Drain

    /// The longest that an order stays in hand because of the gate, in seconds: well below half of the broker's consumer
    /// timeout of 30 minutes.
    let longestWait = 600.0

    init(timekeeper: Timekeeper, drain: Drain) {
        self.timekeeper = timekeeper
        self.drain = drain
    }

    /// Why an order was not let through.
    enum Refusal: Error {
        case shutdown
        case outage
    }

    var isClosed: Bool { breaker.withLock(\.isClosed) }

    /// Returns when the order may call EMS.
    ///
    /// `since` is when it first wanted to, as `uptime`.
    func enter(since: Double) async throws(Refusal) {
        while true {
            switch breaker.withLock({ $0.admit(now: timekeeper.uptime()) }) {
            case .pass, .probe: return
            case .wait(let seconds):
                guard !drain.hasBegun else { throw .shutdown }
                guard timekeeper.uptime() - since < longestWait else { throw .outage }
                await timekeeper.sleep(min(seconds, 1))
            }
        }
    }

    func succeeded() { breaker.withLock { $0.succeeded() } }

    func inconclusive() { breaker.withLock { $0.inconclusive(now: timekeeper.uptime()) } }

    func failed(_ order: String) { breaker.withLock { $0.failed(order, now: timekeeper.uptime()) } }
}
