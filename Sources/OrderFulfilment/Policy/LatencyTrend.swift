/// How long calls of one kind take now, compared with how long they usually take.
///
/// Pure.
struct LatencyTrend: Hashable, Sendable {
    /// Times the baseline at which calls count as slow.
    private static let tolerance = 3.0
    /// Seconds by which a call must be slower besides: next to a few milliseconds three times as much is nothing.
    private static let margin = 0.05
    /// Calls that it takes to tell.
    private static let fewest = 8

    /// What is usual.
    private(set) var baseline: Double?
    /// What is so now.
    private(set) var recent = 0.0
    /// Calls that `recent` is made of.
    private var count = 0

    /// Whether calls take far longer than they usually do.
    var isFarAbove: Bool {
        guard let baseline, count >= Self.fewest else { return false }
        return recent > baseline * Self.tolerance + Self.margin
    }

    /// Takes note of one; `crowd` is how many may be under way.
    mutating func add(_ latency: Double, among crowd: Double) {
        recent = count == 0 ? latency : recent + (latency - recent) / 8
        count += 1
        guard let usual = baseline else {
            baseline = latency
            return
        }
        // Over hundreds of rounds: what stays slow becomes usual in time, since fewer calls don't make it faster.
        var updated = usual + (latency - usual) / (400 * max(1, crowd))
        if count >= Self.fewest, updated > 2 * recent { updated *= 0.95 }
        baseline = updated
    }

    /// What is so now must be learnt anew: fewer calls are let through.
    mutating func startAgain() { (recent, count) = (0, 0) }
}
