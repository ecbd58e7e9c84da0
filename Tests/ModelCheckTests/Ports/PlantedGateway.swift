import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// The gateway, with the bugs that are planted in it.
struct PlantedGateway: EntitlementGateway {
    let world: World
    let inner: any EntitlementGateway

    init(_ world: World, _ inner: any EntitlementGateway) { (self.world, self.inner) = (world, inner) }

    func entitlement(of subscription: SubscriptionID) async throws(GatewayFailure) -> Entitlement? {
        var held = try await inner.entitlement(of: subscription)
        if world.plant == .closedShownEnabled { held?.state = .enabled }
        return held
    }

    func apply(
        _ decision: Decision,
        in context: ApplyContext,
        intents: any IntentLog
    ) async throws(ApplyFailure) -> Entitlement {
        if world.plant == .retriedForEver { throw .transient("503", retryAfter: nil) }
        if world.plant == .neverAnswered { await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in } }
        var decision = decision
        if world.plant == .closedShownEnabled, let held = world.ems.held, held.state == .closed { return held }
        if world.plant == .termShortened, case .update(let changes) = decision.plan {
            decision.plan = .update(changes.map { $0.field == .termEnd ? $0.shortened : $0 })
        }
        let held = try await inner.apply(decision, in: context, intents: intents)
        guard world.plant == .leftoverDenied else { return held }
        let refusal = EMSRefusal(status: 400, errorCode: nil, description: "refused by the plant")
        throw .refused(refusal, applied: [], missing: decision.changes)
    }

    func entitlement(withID entitlementID: String) async throws(GatewayFailure) -> Entitlement? {
        try await inner.entitlement(withID: entitlementID)
    }

    func findings(for command: ChangeCommand) async throws(GatewayFailure) -> Findings {
        try await inner.findings(for: command)
    }

    func contactFinding(for command: ChangeCommand, beside findings: Findings) async -> Findings.PartyFinding? {
        await inner.contactFinding(for: command, beside: findings)
    }

    func plannedCalls(for decision: Decision, in context: ApplyContext, on snapshot: Snapshot) -> [PlannedCall] {
        inner.plannedCalls(for: decision, in: context, on: snapshot)
    }

    func search(_ filter: EntitlementFilter, page: @Sendable ([Entitlement]) async throws -> Void) async throws {
        try await inner.search(filter, page: page)
    }

    func activations(of entitlementID: String) async throws(GatewayFailure) -> [Activation] {
        try await inner.activations(of: entitlementID)
    }

    func availability() async throws(GatewayFailure) { try await inner.availability() }
}

extension Change {
    fileprivate var shortened: Change {
        Change(field, from: base, to: LocalDate("2026-07-01").map(Fact.date))
    }
}
