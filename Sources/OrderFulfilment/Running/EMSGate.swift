import Synchronization

/// The way to EMS as the line meets it: orders pass, or wait here while EMS fails for everyone or has all that it takes.
final class EMSGate: Sendable {
    private let breaker = Mutex(Breaker())
    private let turnstile: Turnstile
    private let timekeeper: Timekeeper
    private let drain: Drain
    /// Seconds between two looks at what only time changes.
    private let pause = 0.25

    init(capacity: EMSCapacity, timekeeper: Timekeeper, drain: Drain) {
        turnstile = Turnstile(capacity)
        self.timekeeper = timekeeper
        self.drain = drain
    }

    /// Why an order was not let through.
    enum Refusal: Error {
        case shutdown
        case outage
    }

    var isClosed: Bool { breaker.withLock(\.isClosed) }

    /// Orders that wait because EMS has all that it takes.
    var waitingCount: Int { turnstile.waitingCount }

    /// Returns when the order may call EMS; ``leave()`` ends it.
    ///
    /// `deadline`, as `uptime`, is until when it may be kept in hand.
    func enter(until deadline: Double, hasBegun: Bool) async throws(Refusal) {
        while true {
            if let refusal = await turnstile.enter(until: deadline, hasBegun: hasBegun) { throw refusal }
            switch breaker.withLock({ $0.admit(now: timekeeper.uptime()) }) {
            case .pass, .probe: return
            case .wait(let seconds):
                turnstile.leave()
                guard !drain.hasBegun else { throw .shutdown }
                guard timekeeper.uptime() < deadline else { throw .outage }
                await timekeeper.sleep(min(seconds, 1))
            }
        }
    }

    /// The order doesn't call EMS any more.
    func leave() { turnstile.leave() }

    /// Does something else in between, while others may call EMS.
    func aside<Value: Sendable>(_ work: () async throws -> Value) async rethrows -> Value {
        turnstile.leave()
        defer { turnstile.comeBack() }
        return try await work()
    }

    /// Looks after those who wait; runs until it is cancelled.
    func keep() async {
        while !Task.isCancelled {
            turnstile.look(now: timekeeper.uptime(), isDraining: drain.hasBegun)
            await timekeeper.sleep(pause)
        }
        turnstile.look(now: timekeeper.uptime(), isDraining: true)
    }

    func succeeded() { breaker.withLock { $0.succeeded() } }

    func inconclusive() { breaker.withLock { $0.inconclusive(now: timekeeper.uptime()) } }

    func failed(_ order: String) { breaker.withLock { $0.failed(order, now: timekeeper.uptime()) } }
}
