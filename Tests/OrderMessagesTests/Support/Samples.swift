import Foundation
import OrderMessages
import SubscriptionLifecycle
import Testing

/// Outcome events as the rules of the lifecycle bring them about: what the examples are made from.
struct Samples {
    let operation: OrderOperation
    private static let source = "https://shop.example.com/orders"
    private let today = LocalDate(year: 2026, month: 3, day: 1)

    /// Names of the examples (the last word of the routing key first) and their events.
    func all() throws -> [(name: String, event: OutcomeEvent)] {
        try (operation.isRead ? reads() : changes()) + rejections()
    }

    private func changes() throws -> [(name: String, event: OutcomeEvent)] {
        let command = try changeCommand()
        let before = operation.createsSubscription ? nil : subscription
        let today = try #require(today)
        let allowed = Lifecycle().examine(command, on: Snapshot(subscription: before), today: today, patience: .left)
        guard case .change(let decision) = allowed.verdict else { throw SampleError.isRefused(operation) }
        let after = OutcomeEvent.Standing(
            version: decision.baseVersion + 1,
            previousState: decision.previousState,
            state: decision.state,
            endsWithTerm: decision.endsWithTerm,
            entitlement: decision.result(on: before?.entitlement)
        )
        let changes = decision.changes
        let digest = ContentDigest.sha256(Array(try Examples.identityConflict(operation).prettyText.utf8))
        let refused = try refusal(operation.createsSubscription ? .subscriptionExists : .subscriptionCancelled)
        let conflict = OutcomeEvent.Content.deadLettered(
            .identityConflict,
            detail:
                "id: the command \(CommandIdentity(source: Self.source, id: "order-1")) came before with other content; "
                + "a changed command needs an id of its own",
            attempts: 1,
            applied: [],
            missing: [],
            version: nil
        )
        return [
            ("succeeded", event("succeeded", .changed(after, changes: changes))),
            ("previewed", event("previewed", try previewed())),
            (
                "previewed-rejected",
                event(
                    "previewed",
                    .previewRejected(refused.rejection, from: refused.state, refused.standing, guards: refused.checks)
                )
            ),
            ("dead-lettered", event("dead-lettered", deadLettered(changes))),
            ("dead-lettered-identity-conflict", event("dead-lettered", conflict, of: "order-1", suffix: digest)),
        ]
    }

    /// What a dry run answers: without an entitlement, and without the version that the command expects.
    private func previewed() throws -> OutcomeEvent.Content {
        let command = try changeCommand(dryRun: true)
        let before = operation.createsSubscription ? nil : subscription
        let snapshot = Snapshot(
            subscription: before,
            lastVersion: before?.version ?? 0,
            findings: Self.findings(for: command)
        )
        let examination = Lifecycle()
            .examine(command, on: snapshot, today: try #require(today), patience: .exhausted)
        guard case .change(let decision) = examination.verdict else { throw SampleError.isRefused(operation) }
        let after = OutcomeEvent.Standing(
            version: decision.baseVersion + 1,
            previousState: decision.previousState,
            state: decision.state,
            endsWithTerm: decision.endsWithTerm,
            entitlement: nil
        )
        return .previewed(after, changes: decision.changes, calls: try plannedCalls(), guards: examination.checks)
    }

    /// What EMS has of what the command names: products, partner, and neither customer nor contact.
    private static func findings(for command: ChangeCommand) -> Findings {
        var findings = Findings()
        for line in command.addedLines { findings.products[line.product] = .enabled }
        guard let details = command.newSubscription else { return findings }
        (findings.customer, findings.contact) = (.willBeCreated, .willBeCreated)
        if details.channelPartner != nil { (findings.channelPartner, findings.channelPartnerID) = (.found, "1031") }
        return findings
    }

    /// Every code that the operation can be rejected with.
    private func rejections() throws -> [(name: String, event: OutcomeEvent)] {
        try operation.rejectionCodes.map { code in
            let refused = try refusal(code)
            let content = OutcomeEvent.Content.rejected(refused.rejection, from: refused.state, refused.standing)
            return ("rejected-\(code.rawValue)", event("rejected", content))
        }
    }

    private typealias Refusal = (
        rejection: Rejection, state: SubscriptionState?, standing: OutcomeEvent.Standing?, checks: [Check]
    )

    /// The rules' own refusal where it is theirs, with what they saw; else what the line says when EMS answers so.
    private func refusal(_ code: RejectionCode) throws -> Refusal {
        let today = try #require(today)
        guard !operation.isRead else {
            return (answer(of: code), code == .entitlementNotFound ? .absent : nil, nil, [])
        }
        let command = try changeCommand()
        let before = operation.createsSubscription ? nil : subscription
        guard let scene = RefusedScene(code, command, on: before, found: subscription) else {
            let state = before?.state(on: today) ?? .absent
            let found = code == .emsConflict ? subscription : before
            return (answer(of: code), state, found.map { standing($0, on: today) }, [])
        }
        let examination = scene.examination(on: today)
        guard case .rejected(let rejection) = examination.verdict, rejection.code == code else {
            throw SampleError.hasAnotherCode(operation, code)
        }
        let state = scene.subscription?.state(on: today) ?? .absent
        return (rejection, state, scene.subscription.map { standing($0, on: today) }, examination.checks)
    }

    /// As the line says it, which the rules don't know of.
    private func answer(of code: RejectionCode) -> Rejection {
        if code == .entitlementNotFound { return Rejection(.entitlementNotFound, "EMS has no such entitlement.") }
        guard code == .emsConflict else {
            let description = "The value of a field is not allowed."
            return Rejection(
                .emsRefused,
                "EMS refused with status 400: \(description)",
                observed: ["status": .count(400), "errorCode": .count(3001), "description": .text(description)]
            )
        }
        // What is to be created has no value of before.
        return Rejection(
            .emsConflict,
            "Somebody else changed orderId in EMS between look-up and write; look at it and order again.",
            observed: ["orderId": .text("SO-15001")],
            required: operation.createsSubscription ? [:] : ["orderId": .text("SO-14800")]
        )
    }

    private func standing(_ subscription: Subscription, on today: LocalDate) -> OutcomeEvent.Standing {
        OutcomeEvent.Standing(
            version: subscription.version,
            state: subscription.state(on: today),
            endsWithTerm: subscription.endsWithTerm,
            entitlement: subscription.entitlement
        )
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
        let common = [
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
            )
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

    private func changeCommand(dryRun: Bool = false) throws -> ChangeCommand {
        var event = try Examples.command(operation, "full")
        if dryRun { event = event.setting(["dryrun"], true) }
        let order = try Translator().translate(Messages.structured(event), from: operation)
        guard case .change(let command) = order.command else { throw SampleError.isRefused(operation) }
        return command
    }

    private func event(
        _ outcome: String,
        _ content: OutcomeEvent.Content,
        of id: String = "order-2",
        suffix: String? = nil
    ) -> OutcomeEvent {
        let command = CommandIdentity(source: Self.source, id: id)
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
    case hasAnotherCode(OrderOperation, RejectionCode)
}
