import OrderMessages
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
        /// Whether the event changed nothing and only told the version in passing, as a rejection does.
        var isTold = false
        /// A higher version that was only told: a subscriber may go by it.
        var told: Int?

        /// Whether that is how the subscription should look.
        func isMet(by view: SubscriberAnswer.View) -> Bool {
            (view.version == version || (told != nil && view.version == told))
                && (view.state == nil || view.state == state)
        }
    }

    /// What all names of this run begin with.
    let prefix: String
    let events: [ScenarioEvent]
    let expectations: [Expectation]
    /// The key of the first event and the last: one that the subscriber listens to.
    let outerKey: String

    /// The same scenario once for each key that a subscriber may want alone, the usual one first.
    static func all(seed: UInt64, run: String) -> [SubscriberScenario] {
        let usual = SubscriberScenario(seed: seed, run: run)
        // Keys of the future are nobody's.
        let keys = Set(usual.events.map(\.routingKey)).subtracting([usual.outerKey])
            .filter { ScenarioScript.outer($0) != nil }.sorted()
        // What succeeded shows in the subscriber's view; whoever wants refusals alone must tell that they took effect.
        let views = keys.filter { ScenarioScript.outer($0)?.outcome == .succeeded }
        return [usual]
            + (views + keys.filter { !views.contains($0) }).map {
                SubscriberScenario(seed: seed, run: run, outerKey: $0)
            }
    }

    init(seed: UInt64, run: String, outerKey: String = "create-subscription.succeeded") {
        self.outerKey = outerKey
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
        let begin = script.outer("begin", outerKey)
        let end = script.outer("end", outerKey)
        events = [begin] + merged + [end]
        expectations = script.expectations
        last = (prefix + "end", end.id)
    }

    /// The subscription whose event comes last, and that event.
    let last: (subscription: String, eventID: String)

    /// What the subscriptions must look like after these events: the highest version that is among them.
    func expectations(after delivered: [ScenarioEvent]) -> [Expectation] {
        let ids = Set(delivered.map(\.id))
        let seen = Dictionary(grouping: expectations.filter { ids.contains($0.eventID) }, by: \.subscription)
        return seen.values.compactMap { all in
            guard var highest = all.filter({ !$0.isTold }).max(by: { $0.version < $1.version }) else { return nil }
            highest.told = all.map(\.version).max().flatMap { $0 > highest.version ? $0 : nil }
            return highest
        }.sorted { $0.subscription < $1.subscription }
    }
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
