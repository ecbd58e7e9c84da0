import Synchronization

/// The breaker as the line meets it: orders pass, or wait here while EMS fails for everyone.
final class EMSGate: Sendable {
    private let breaker = Mutex(Breaker())
    private let timekeeper: Timekeeper
    private let drain: Drain

    /// The longest that an order waits here, in seconds: half of the broker's consumer timeout of 30 minutes, less what
    /// the rest of the line may take.
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
    func enter() async throws(Refusal) {
        let start = timekeeper.uptime()
        while true {
            switch breaker.withLock({ $0.admit(now: timekeeper.uptime()) }) {
            case .pass, .probe: return
            case .wait(let seconds):
                guard !drain.hasBegun else { throw .shutdown }
                guard timekeeper.uptime() - start < longestWait else { throw .outage }
                await timekeeper.sleep(min(seconds, 1))
            }
        }
    }

    func succeeded() { breaker.withLock { $0.succeeded() } }

    func failed(_ order: String) { breaker.withLock { $0.failed(order, now: timekeeper.uptime()) } }
}
