/// A moment after which nobody waits any more.
struct Deadline: Comparable, Sendable {
    private let instant: ContinuousClock.Instant

    init(after seconds: Double) { instant = .now + .seconds(seconds) }

    private init(_ instant: ContinuousClock.Instant) { self.instant = instant }

    /// A moment that leaves as much to each of that many, of which this is the first.
    func share(of count: Int) -> Deadline {
        let now = ContinuousClock.now
        return Deadline(now + (instant - now) / count)
    }

    static func < (first: Deadline, second: Deadline) -> Bool { first.instant < second.instant }

    var hasPassed: Bool { instant <= .now }

    /// What is left for `poll`, rounded up; 0 when it has passed.
    var milliseconds: Int32 {
        let rest = (instant - .now) / .milliseconds(1)
        return rest <= 0 ? 0 : Int32(min(rest.rounded(.up), 3_600_000))
    }
}
