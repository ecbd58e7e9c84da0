public import OrderMessages
public import SubscriptionLifecycle

/// What would become of a command: the verdict with the guards that lead to it, and the calls it would make.
///
/// Made of what was looked up, by the code that decides and plans in the line; nothing is written anywhere.
public struct Preview: Hashable, Sendable {
    /// What was ordered.
    public var command: ChangeCommand
    /// What was looked up.
    public var snapshot: Snapshot
    /// The day it is decided on.
    public var today: LocalDate
    /// The verdict, and how it came about.
    public var examination: Examination
    /// The writes to EMS, in their order.
    public var calls: [PlannedCall]

    /// Decides, and plans what was decided.
    public init(
        of command: ChangeCommand,
        in context: ApplyContext,
        on snapshot: Snapshot,
        today: LocalDate,
        patience: Patience,
        lifecycle: Lifecycle,
        planner: any CallPlanner
    ) {
        self.command = command
        self.snapshot = snapshot
        self.today = today
        examination = lifecycle.examine(command, on: snapshot, today: today, patience: patience)
        calls =
            switch examination.verdict {
            case .change(let decision): planner.plannedCalls(for: decision, in: context, on: snapshot)
            case .rejected, .premature: []
            }
    }

    /// The state before.
    public var state: SubscriptionState { snapshot.subscription?.state(on: today) ?? .absent }

    /// How the subscription stands; `nil` when there is none.
    public var before: OutcomeEvent.Standing? {
        snapshot.subscription.map { OutcomeEvent.Standing($0, on: today) }
    }

    /// How it would stand; without the entitlement, since what EMS makes of it only EMS knows.
    public var after: OutcomeEvent.Standing? {
        guard case .change(let decision) = examination.verdict else { return nil }
        return OutcomeEvent.Standing(
            version: decision.baseVersion + 1,
            previousState: decision.previousState,
            state: decision.state,
            endsWithTerm: decision.endsWithTerm,
            entitlement: nil
        )
    }
}

extension ApplyContext {
    /// Who stands behind a command.
    public init(_ command: ChangeCommand, identity: CommandIdentity) {
        self.init(identity: identity, requestedBy: command.requestedBy, reason: command.reason)
    }
}

extension EntitlementGateway {
    /// All that a decision looks at, with what the ledger knows.
    ///
    /// What EMS has of the subscription and of the things that the command names. Reads only.
    public func snapshot(
        for command: ChangeCommand,
        known: KnownSubscription?,
        attributeNames: LifecyclePolicies.AttributeNames
    ) async throws(GatewayFailure) -> Snapshot {
        async let entitlement = entitlement(of: command.subscriptionID)
        async let findings = findings(for: command)
        do {
            let subscription = try await entitlement.map {
                Subscription(entitlement: $0, known: known, attributeNames: attributeNames)
            }
            return Snapshot(
                subscription: subscription,
                lastVersion: known?.version ?? 0,
                findings: try await findings
            )
        } catch let failure as GatewayFailure {
            throw failure
        } catch {
            throw .transient("\(error)", retryAfter: nil)
        }
    }

    /// All that a preview looks at: beside what decides, what only the calls depend on.
    public func previewSnapshot(
        for command: ChangeCommand,
        known: KnownSubscription?,
        attributeNames: LifecyclePolicies.AttributeNames
    ) async throws(GatewayFailure) -> Snapshot {
        var snapshot = try await snapshot(for: command, known: known, attributeNames: attributeNames)
        snapshot.findings.contact = await contactFinding(for: command, beside: snapshot.findings)
        return snapshot
    }
}
