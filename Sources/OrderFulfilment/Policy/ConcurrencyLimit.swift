/// How many calls EMS takes at the same time, learnt from how it answers: additive increase, multiplicative decrease.
///
/// Pure. Times are seconds of any clock that only goes forward. A refusal (429), a call that times out and latency far
/// above its baseline lower the limit by a factor; calls that are answered while the limit is filled raise it by one a
/// round. Near the number at which EMS refused last it grows slowly, so that refusals stay rare.
public struct ConcurrencyLimit: Hashable, Sendable {
    /// A call under way.
    public struct Call: Hashable, Sendable {
        /// Calls of one kind take about as long as each other.
        let kind: String
        let began: Double
        /// How many were under way when it began, itself among them.
        let crowd: Int
    }

    /// How a call ended, as far as it tells what EMS can take.
    public enum Ending: Hashable, Sendable {
        /// EMS did its work, whatever it said.
        case answered
        /// EMS said that it was too much; `retryAfter` is its wish, in seconds.
        case turnedAway(retryAfter: Double?)
        /// No answer in time.
        case timedOut
        /// It tells nothing: it wasn't sent, or failed for a reason of its own.
        case untold
    }

    /// What is left of the limit after a refusal or a slow round.
    private static let backoff = 0.75
    /// What is left after a time-out, which comes late.
    private static let backoffAfterTimeout = 0.5
    /// How much slower it grows near the number that was refused last.
    private static let caution = 16.0
    /// The part of a Retry-After that holds back everybody: the order that met it waits for all of it.
    private static let sharedPart = 0.1
    /// The longest that everybody is held back, in seconds.
    private static let longestHold = 2.0

    /// Never above.
    public let maximum: Int
    /// As it is learnt; its whole part counts.
    private(set) var limit: Double
    /// Calls under way.
    public private(set) var underWay = 0
    /// Until when nothing new is begun because EMS asked for a pause.
    private(set) var heldUntil = -Double.infinity
    /// The number of calls at which EMS refused last.
    private var ceiling: Double?
    /// Calls of before say nothing of the limit that holds since.
    private var lastCut = -Double.infinity
    private var trends: [String: LatencyTrend] = [:]

    /// Begins with the maximum: most systems take it, and the others say so in their first answers.
    public init(maximum: Int) {
        self.maximum = max(1, maximum)
        limit = Double(self.maximum)
    }

    /// How many may be under way now: at least one, at most the maximum.
    public var permitted: Int { Int(limit) }

    /// Whether EMS has just asked for a pause.
    public func isHeld(at now: Double) -> Bool { now < heldUntil }

    /// A call begins.
    public mutating func begin(_ kind: String, at now: Double) -> Call {
        underWay += 1
        return Call(kind: kind, began: now, crowd: underWay)
    }

    /// It has ended.
    public mutating func end(_ call: Call, _ ending: Ending, at now: Double) {
        let crowd = max(call.crowd, underWay)
        underWay -= 1
        switch ending {
        case .answered: answered(call, crowd, at: now)
        case .turnedAway(let retryAfter):
            heldUntil = max(heldUntil, now + min((retryAfter ?? 0) * Self.sharedPart, Self.longestHold))
            cut(call, crowd, Self.backoff, at: now)
        case .timedOut: cut(call, crowd, Self.backoffAfterTimeout, at: now)
        case .untold: break
        }
    }

    private mutating func answered(_ call: Call, _ crowd: Int, at now: Double) {
        trends[call.kind, default: LatencyTrend()].add(now - call.began, among: limit)
        guard trends[call.kind]?.isFarAbove != true else {
            return cut(call, crowd, Self.backoff, at: now, isRefused: false)
        }
        // A limit that isn't filled tells nothing of what would be beyond.
        guard crowd >= permitted else { return }
        let isNear = ceiling.map { limit >= $0 - 1 } ?? false
        limit = min(Double(maximum), limit + 1 / (isNear ? limit * Self.caution : limit))
        if let ceiling, limit > ceiling + 1 { self.ceiling = nil }
    }

    /// Once a round: the calls that were under way at a cut were too many already.
    private mutating func cut(
        _ call: Call,
        _ crowd: Int,
        _ factor: Double,
        at now: Double,
        isRefused: Bool = true
    ) {
        guard call.began >= lastCut else { return }
        // Where the limit wasn't filled, it is the number of calls that was too much.
        let tooMany = min(limit, Double(max(1, crowd)))
        if isRefused { ceiling = tooMany }
        limit = max(1, tooMany * factor)
        lastCut = now
        for kind in trends.keys { trends[kind]?.startAgain() }
    }
}
