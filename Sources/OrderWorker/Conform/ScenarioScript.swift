import Foundation
import OrderMessages
import SubscriptionLifecycle

/// Writes the events of a scenario, part by part; the events of a part keep their order among each other.
struct ScenarioScript {
    let prefix: String
    private(set) var expectations: [SubscriberScenario.Expectation] = []

    init(prefix: String) { self.prefix = prefix }

    mutating func parts(_ random: inout SplitMix) -> [[ScenarioEvent]] {
        var parts: [[ScenarioEvent]] = []
        for number in 1...4 { parts.append(order("order-\(number)", &random)) }
        for number in 1...3 { parts.append(duplicates("twice-\(number)", &random)) }
        return parts + [refusals(), unknownFields(), futureVersions(), largeEvents(), noSubscription()]
    }

    /// Six versions, of which the highest doesn't come last.
    private mutating func order(_ name: String, _ random: inout SplitMix) -> [ScenarioEvent] {
        let steps: [(SubscriptionState, OrderOperation)] = [
            (.trial, .startTrial), (.active, .convertTrial), (.active, .renewSubscription),
            (.active, .renewWithUpsell), (.active, .renewWithReducedTier), (.cancelled, .cancelSubscription),
        ]
        var events = steps.enumerated().map { index, step in
            expecting(.order, name, version: index + 1, state: step.0, step.1)
        }
        let highest = events.removeLast()
        events.shuffle(using: &random)
        events.insert(highest, at: Int.random(in: 0..<events.count, using: &random))
        return events
    }

    /// Every event several times, at once and later; also what was refused.
    private mutating func duplicates(_ name: String, _ random: inout SplitMix) -> [ScenarioEvent] {
        let once = [
            expecting(.duplicates, name, version: 1, state: .active, .createSubscription),
            expecting(.duplicates, name, version: 2, state: .active, .renewSubscription),
            rejection(.duplicates, name, version: 2, state: .active, code: .trialNotConverted),
            deadLetter(.duplicates, name),
            expecting(.duplicates, name, version: 3, state: .active, .renewWithUpsell),
        ]
        var events = once
        for event in once {
            let index = events.firstIndex(of: event) ?? 0
            events.insert(event, at: index + 1)
            events.insert(event, at: Int.random(in: (index + 1)...events.count, using: &random))
        }
        return events
    }

    /// What changes nothing, the preview of a cancellation among it.
    private mutating func refusals() -> [ScenarioEvent] {
        let name = "refused"
        let events = [
            expecting(.refusals, name, version: 1, state: .active, .createSubscription),
            expecting(.refusals, name, version: 2, state: .active, .renewSubscription),
            rejection(.refusals, name, version: 2, state: .active, code: .notATrial),
            preview(.refusals, name, version: 3, state: .cancelled),
            deadLetter(.refusals, name),
        ]
        return events
    }

    private mutating func largeEvents() -> [ScenarioEvent] {
        let name = "large"
        let events = [
            expecting(.largeEvents, name, version: 1, state: .active, .createSubscription),
            expecting(.largeEvents, name, version: 2, state: .active, .renewWithUpsell, lines: 1000),
        ]
        return events
    }

    /// A sync's end and a command of which nothing but its identity could be read.
    private mutating func noSubscription() -> [ScenarioEvent] {
        let name = "after-none"
        let day = LocalDate(daysSince1970: 20_000) ?? .epoch
        let events = [
            ScenarioEvent(
                .noSubscription,
                event("synced", nil, .syncEntitlements, .synced(count: 0, modifiedSince: day))
            ),
            ScenarioEvent(
                .noSubscription,
                event(
                    "unread",
                    nil,
                    .renewSubscription,
                    .deadLettered(
                        .schemaViolation,
                        detail: "data: is required",
                        attempts: 1,
                        applied: [],
                        missing: [],
                        version: nil
                    )
                )
            ),
            expecting(.noSubscription, name, version: 1, state: .active, .createSubscription),
        ]
        return events
    }

    /// A change that shows in the subscriber's view.
    mutating func expecting(
        _ rule: SubscriberRule,
        _ name: String,
        version: Int,
        state: SubscriptionState,
        _ operation: OrderOperation,
        lines: Int = 1
    ) -> ScenarioEvent {
        let event = ScenarioEvent(
            rule,
            changed(name, version: version, state: state, operation, lines: lines)
        )
        expect(event, name, version, state)
        return event
    }

    mutating func expect(
        _ event: ScenarioEvent,
        _ name: String,
        _ version: Int,
        _ state: SubscriptionState,
        isTold: Bool = false
    ) {
        expectations.append(
            .init(
                rule: event.rule,
                subscription: prefix + name,
                version: version,
                state: state.rawValue,
                eventID: event.id,
                isTold: isTold
            )
        )
    }
}
