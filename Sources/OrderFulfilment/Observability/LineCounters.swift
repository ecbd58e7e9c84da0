import Synchronization

/// The conservation law, counted: deliveries = those settled by each fate + those in flight.
public final class LineCounters: Sendable {
    /// The counters at one moment, consistent with each other.
    public struct Snapshot: Hashable, Sendable {
        /// Deliveries taken from the broker.
        public var deliveries = 0
        /// Of them, how many met which fate.
        public var fates: [Fate: Int] = [:]
        /// Commands woken from the ledger.
        public var woken = 0
        /// Outcome events by `<operation>.<outcome>`, replays left out.
        public var outcomes: [String: Int] = [:]
        /// Outcome events that were published again.
        public var replays = 0

        /// Deliveries that are not settled yet.
        public var inFlight: Int { deliveries - fates.values.reduce(0, +) }
    }

    private let state = Mutex(Snapshot())

    /// All zero.
    public init() {}

    /// The counters now.
    public var snapshot: Snapshot { state.withLock { $0 } }

    func received() { state.withLock { $0.deliveries += 1 } }

    func settled(_ fate: Fate) { state.withLock { $0.fates[fate, default: 0] += 1 } }

    func wokeUp() { state.withLock { $0.woken += 1 } }

    func announced(_ routingKey: String) { state.withLock { $0.outcomes[routingKey, default: 0] += 1 } }

    func replayed() { state.withLock { $0.replays += 1 } }
}
