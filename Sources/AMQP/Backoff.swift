/// How long to wait before the next attempt: grows by a factor up to a ceiling, with jitter.
public struct Backoff: Hashable, Sendable {
    /// The wait before the second attempt, without jitter.
    public var initial: Duration
    /// No wait is longer than this.
    public var ceiling: Duration
    /// What each wait is multiplied with to give the next.
    public var factor: Double
    /// The share of a wait that jitter may take away, 0 to 1.
    public var spread: Double

    /// Waits `initial`, then `initial × factor`, and so on up to `ceiling`.
    public init(
        initial: Duration = .milliseconds(200),
        ceiling: Duration = .seconds(15),
        factor: Double = 2,
        spread: Double = 0.5
    ) {
        self.initial = max(initial, .zero)
        self.ceiling = max(ceiling, .zero)
        self.factor = factor.isFinite ? max(1, factor) : 1
        self.spread = spread.isFinite ? min(max(0, spread), 1) : 0
    }

    /// The wait after `failures` failures in a row (1 or more); `jitter` is a random number from 0 to 1.
    public func delay(afterFailures failures: Int, jitter: Double) -> Duration {
        guard failures > 0 else { return .zero }
        var full = initial
        // A loop instead of a power: it stops at the ceiling, so nothing overflows however often it failed.
        for _ in 1..<max(failures, 1) where full < ceiling { full = full * factor }
        let jitter = jitter.isFinite ? min(max(0, jitter), 1) : 0
        return min(full, ceiling) * (1 - spread * jitter)
    }
}
