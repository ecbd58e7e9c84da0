import Foundation
import OrderMessages
import SubscriptionLifecycle

/// The events of a scenario, encoded by the code that the worker runs.
extension ScenarioScript {
    func changed(
        _ name: String,
        version: Int,
        state: SubscriptionState,
        _ operation: OrderOperation,
        lines: Int = 1
    ) -> OutcomeEvent {
        let content = OutcomeEvent.Content.changed(standing(name, version, state, lines: lines), changes: [])
        return event("\(name)-\(version)", name, operation, content)
    }

    mutating func rejection(
        _ rule: SubscriberRule,
        _ name: String,
        version: Int,
        state: SubscriptionState,
        code: RejectionCode
    ) -> ScenarioEvent {
        let operation: OrderOperation = code == .notATrial ? .convertTrial : .renewSubscription
        let rejection = Rejection(code, "A rejection of the conformance run.")
        let content = OutcomeEvent.Content.rejected(rejection, from: state, standing(name, version, state))
        let event = ScenarioEvent(rule, event("\(name)-rejected", name, operation, content))
        expect(event, name, version, state, isTold: true)
        return event
    }

    func preview(_ rule: SubscriberRule, _ name: String, version: Int, state: SubscriptionState) -> ScenarioEvent {
        let standing = standing(name, version, state)
        let content = OutcomeEvent.Content.previewed(standing, changes: [], calls: [], guards: [])
        return ScenarioEvent(rule, event("\(name)-previewed", name, .cancelSubscription, content))
    }

    func deadLetter(_ rule: SubscriberRule, _ name: String) -> ScenarioEvent {
        let content = OutcomeEvent.Content.deadLettered(
            .attemptsExhausted,
            detail: "A dead letter of the conformance run.",
            attempts: 6,
            applied: [],
            missing: [],
            version: nil
        )
        return ScenarioEvent(rule, event("\(name)-dead", name, .renewSubscription, content))
    }

    /// `command` is made unique by the run's prefix, and with it the event's id.
    func event(
        _ command: String,
        _ name: String?,
        _ operation: OrderOperation,
        _ content: OutcomeEvent.Content
    ) -> OutcomeEvent {
        let identity = CommandIdentity(source: "/order-worker/conform", id: prefix + command)
        var event = OutcomeEvent(
            id: "",
            operation: operation,
            command: identity,
            correlationID: identity.id,
            subscriptionID: name.map { prefix + $0 },
            orderID: nil,
            // Clocks are not what a subscriber may order by: all events are of one moment.
            time: Date(timeIntervalSince1970: 1_750_000_000),
            content: content
        )
        event.id = EventID.outcome(event.outcomeWord, of: identity)
        return event
    }

    private func standing(
        _ name: String,
        _ version: Int,
        _ state: SubscriptionState,
        lines: Int = 1
    ) -> OutcomeEvent.Standing {
        let term = Entitlement.Term(
            start: LocalDate(daysSince1970: 20_000),
            end: LocalDate(daysSince1970: 20_000 + 365 * version)
        )
        let emsState: Entitlement.State = state == .cancelled ? .closed : .enabled
        let lineItems = (1...lines).map { number in
            Entitlement.LineItem(
                lineID: LineID(foreign: "\(number)"),
                productKeyID: "key-\(number)",
                product: .init(id: "product-1", externalID: "GC3040", name: "Designer", version: "7.1"),
                quantity: 10,
                available: 10,
                state: emsState,
                term: term
            )
        }
        return OutcomeEvent.Standing(
            version: version,
            previousState: version == 1 ? .absent : .active,
            state: state,
            endsWithTerm: false,
            entitlement: Entitlement(
                entitlementID: "conform-\(name)",
                externalID: prefix + name,
                state: emsState,
                term: term,
                lineItems: lineItems
            )
        )
    }
}
