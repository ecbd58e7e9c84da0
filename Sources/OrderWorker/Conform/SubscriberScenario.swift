import SubscriptionLifecycle

/// The outcomes that a subscriber is fed with, in the order in which they are published, and what it should make of them.
///
/// The seed alone decides about the order; the run's name is in every id, so that a subscriber which was graded before
/// doesn't drop the events of the next run as duplicates.
struct SubscriberScenario: Sendable {
    /// What a subscription must look like in the end.
    struct Expectation: Hashable, Sendable {
        /// The rule that is broken when it doesn't.
        var rule: SubscriberRule
        var subscription: String
        var version: Int
        var state: String
        /// The event that brought it there.
        var eventID: String
    }

    /// What all names of this run begin with.
    let prefix: String
    let events: [ScenarioEvent]
    let expectations: [Expectation]

    init(seed: UInt64, run: String) {
        prefix = "conform-\(run)-"
        var random = SplitMix(seed: seed)
        var script = ScenarioScript(prefix: prefix)
        var parts = script.parts(&random)
        var merged: [ScenarioEvent] = []
        while !parts.isEmpty {
            let index = Int.random(in: parts.indices, using: &random)
            merged.append(parts[index].removeFirst())
            if parts[index].isEmpty { parts.remove(at: index) }
        }
        // Everybody's first event tells that somebody listens, and the last that all the others are through.
        let begin = script.change(.answer, "begin", version: 1, state: .active, .createSubscription)
        let end = script.change(.answer, "end", version: 1, state: .active, .createSubscription)
        events = [begin] + merged + [end]
        script.expect(begin, "begin", 1, .active)
        script.expect(end, "end", 1, .active)
        expectations = script.expectations
    }

    /// The subscription whose event comes last.
    var last: String { prefix + "end" }
}

/// A small generator whose sequence depends on nothing but its seed.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
