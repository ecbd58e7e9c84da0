import Foundation
import OrderMessages
import SubscriptionLifecycle
import Testing

/// Outcome events as the rules of the lifecycle bring them about: what the examples are made from.
struct Samples {
    let operation: OrderOperation
    private let today = LocalDate(year: 2026, month: 3, day: 1)

    /// Names of the examples (the last word of the routing key first) and their events.
    func all() throws -> [(name: String, event: OutcomeEvent)] {
        if operation.isRead { return try reads() }
        let command = try changeCommand()
        let before = operation.column == .create || operation.column == .startTrial ? nil : subscription
        let allowed = examination(command, before)
        let refusal = examination(command, wrongSubscription)
        guard case .change(let decision) = allowed.verdict else { throw SampleError.isRefused(operation) }
        guard case .rejected(let rejection) = refusal.verdict else {
            throw SampleError.isAllowed(operation)
        }
        let after = OutcomeEvent.Standing(
            version: decision.baseVersion + 1,
            previousState: decision.previousState,
            state: decision.state,
            endsWithTerm: decision.endsWithTerm,
            entitlement: decision.result(on: before?.entitlement)
        )
        let refused = OutcomeEvent.Standing(
            version: wrongSubscription.version,
            state: wrongState,
            endsWithTerm: false,
            entitlement: wrongSubscription.entitlement
        )
        let call = PlannedCall(
            method: "PATCH",
            path: "entitlements/\(Self.entitlementID)",
            body: #"{"entitlement":{}}"#
        )
        let changes = decision.changes
        return [
            ("succeeded", event("succeeded", .changed(after, changes: changes))),
            ("rejected-\(rejection.code.rawValue)", event("rejected", .rejected(rejection, from: wrongState, refused))),
            (
                "previewed",
                event("previewed", .previewed(after, changes: changes, calls: [call], guards: allowed.checks))
            ),
            (
                "previewed-rejected",
                event(
                    "previewed",
                    .previewRejected(rejection, from: wrongState, refused, guards: refusal.checks)
                )
            ),
            ("dead-lettered", event("dead-lettered", deadLettered(changes))),
        ]
    }

    private func reads() throws -> [(name: String, event: OutcomeEvent)] {
        var standing = OutcomeEvent.Standing(
            version: 1,
            state: .active,
            endsWithTerm: true,
            entitlement: subscription.entitlement
        )
        standing.activations = [
            Activation(
                activationID: "a-1",
                productKeyID: "pk-1",
                quantity: 6,
                activatedAt: "2025-04-02 10:15",
                state: "ENABLE"
            )
        ]
        let refused = Rejection(.entitlementNotFound, "EMS has no such entitlement.", observed: ["status": .count(404)])
        let common = [
            ("rejected-entitlement-not-found", event("rejected", .rejected(refused, from: nil, nil))),
            (
                "dead-lettered",
                event(
                    "dead-lettered",
                    .deadLettered(
                        .attemptsExhausted,
                        detail: "EMS answered 503.",
                        attempts: 6,
                        applied: [],
                        missing: [],
                        version: nil
                    )
                )
            ),
        ]
        let done: [(String, OutcomeEvent)] =
            operation == .viewEntitlement
            ? [("succeeded", event("succeeded", .viewed(standing)))]
            : [
                ("entitlement", event("entitlement", .syncItem(standing), suffix: Self.entitlementID)),
                ("succeeded", event("succeeded", .synced(count: 1, modifiedSince: try #require(today)))),
            ]
        return done + common
    }

    /// A creation that failed too often; else what was written first, if it was more than one field.
    private func deadLettered(_ changes: [Change]) -> OutcomeEvent.Content {
        guard operation != .createSubscription, operation != .startTrial else {
            return .deadLettered(
                .attemptsExhausted,
                detail: "EMS answered 503 Service Unavailable.",
                attempts: 6,
                applied: [],
                missing: [],
                version: nil
            )
        }
        guard changes.count > 1 else {
            return .deadLettered(
                .schemaViolation,
                detail: "data.effective: must be one of immediately, end-of-term, withdraw",
                attempts: 1,
                applied: [],
                missing: [],
                version: nil
            )
        }
        return .deadLettered(
            .partiallyApplied,
            detail: "EMS refused the second call: 400 quantity not allowed.",
            attempts: 2,
            applied: [changes[0]],
            missing: Array(changes.dropFirst()),
            version: 2
        )
    }

    private func changeCommand() throws -> ChangeCommand {
        let event = try Examples.command(operation, "full")
        let order = try Translator().translate(Messages.structured(event), from: operation)
        guard case .change(let command) = order.command else { throw SampleError.isRefused(operation) }
        return command
    }

    private func examination(_ command: ChangeCommand, _ subscription: Subscription?) -> Examination {
        guard let today else { return Examination(verdict: .premature(.absent), checks: []) }
        var command = command
        if subscription != nil { command.expectedVersion = nil }
        return Lifecycle().examine(
            command,
            on: Snapshot(subscription: subscription),
            today: today,
            patience: .exhausted
        )
    }

    private func event(_ outcome: String, _ content: OutcomeEvent.Content, suffix: String? = nil) -> OutcomeEvent {
        let command = CommandIdentity(source: "https://shop.example.com/orders", id: "order-2")
        return OutcomeEvent(
            id: EventID.outcome(outcome, of: command, suffix: suffix),
            operation: operation,
            command: command,
            correlationID: "quote-7731",
            subscriptionID: operation == .syncEntitlements ? nil : "SUB-1001",
            orderID: operation.isRead ? nil : "SO-15865",
            time: Date(timeIntervalSince1970: 1_772_357_401.25),
            traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-b7ad6b7169203331-01",
            tracestate: "shop=1",
            content: content
        )
    }
}

enum SampleError: Error {
    case isRefused(OrderOperation)
    case isAllowed(OrderOperation)
}
