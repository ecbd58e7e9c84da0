/// When a failed command is tried again.
public struct RetrySchedule: Hashable, Sendable {
    /// Seconds before each further try within the process, before jitter.
    public var inProcess: [Double]
    /// Seconds that a command is parked after its first, second … failed attempt.
    public var parked: [Double]

    /// The design's: three tries in the process, then 1s 5s 30s 2m 10m 1h.
    public init(
        inProcess: [Double] = [0.1, 0.5],
        parked: [Double] = [1, 5, 30, 120, 600, 3600]
    ) {
        self.inProcess = inProcess
        self.parked = parked
    }

    /// Seconds to wait before try number `index` + 2 in the process; `nil` when there is none.
    ///
    /// `jitter` from 0 to 1 spreads it over half to one and a half of the step.
    func inProcessDelay(_ index: Int, jitter: Double) -> Double? {
        inProcess.indices.contains(index) ? inProcess[index] * (0.5 + jitter) : nil
    }

    /// Seconds to park after that many failed attempts; `nil` when it failed too often.
    ///
    /// The system's own wish counts when it is longer. `jitter` from 0 to 1 adds up to a tenth, so that a herd
    /// doesn't come back at once.
    func parkedDelay(afterAttempts attempts: Int, retryAfter: Double?, jitter: Double) -> Double? {
        guard attempts >= 1, attempts <= parked.count else { return nil }
        return max(parked[attempts - 1], min(retryAfter ?? 0, 3600)) * (1 + 0.1 * jitter)
    }
}
