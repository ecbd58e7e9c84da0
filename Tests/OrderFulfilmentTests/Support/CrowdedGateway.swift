import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Synchronization
import TestKit

/// The fake gateway behind a system that takes only so many calls at once and turns the others away with 429.
final class CrowdedGateway: EntitlementGateway {
    private struct State {
        var room: Int
        var inside = 0
        var largest = 0
        var turnedAway = 0
        var calls = 0
    }

    let inner: FakeEntitlementGateway
    private let state: Mutex<State>
    private let capacity: EMSCapacity
    private let retryAfter: Double?
    private let work: @Sendable () async -> Void

    /// `work` is how long a call takes.
    init(
        _ inner: FakeEntitlementGateway,
        room: Int,
        capacity: EMSCapacity,
        retryAfter: Double? = nil,
        work: @escaping @Sendable () async -> Void
    ) {
        self.inner = inner
        state = Mutex(State(room: room))
        self.capacity = capacity
        self.retryAfter = retryAfter
        self.work = work
    }

    /// The most calls that were inside at once, those that were turned away left out.
    var largest: Int { state.withLock(\.largest) }
    /// Calls that were turned away.
    var turnedAway: Int { state.withLock(\.turnedAway) }
    /// Calls so far.
    var calls: Int { state.withLock(\.calls) }

    func resize(room: Int) { state.withLock { $0.room = room } }

    private func call<Value: Sendable>(
        _ kind: String,
        _ make: () async throws(GatewayFailure) -> Value
    ) async throws(GatewayFailure) -> Value {
        try await capacity.run(kind) { () -> (Result<Value, GatewayFailure>, ConcurrencyLimit.Ending) in
            guard enter() else {
                return (.failure(.transient("429", retryAfter: retryAfter)), .turnedAway(retryAfter: retryAfter))
            }
            await work()
            defer { state.withLock { $0.inside -= 1 } }
            do throws(GatewayFailure) { return (.success(try await make()), .answered) } catch {
                return (.failure(error), .untold)
            }
        }.get()
    }

    private func enter() -> Bool {
        state.withLock { state in
            state.calls += 1
            guard state.inside < state.room else {
                state.turnedAway += 1
                return false
            }
            state.inside += 1
            state.largest = max(state.largest, state.inside)
            return true
        }
    }

    func entitlement(of subscription: SubscriptionID) async throws(GatewayFailure) -> Entitlement? {
        try await call("entitlement") { () throws(GatewayFailure) in try await inner.entitlement(of: subscription) }
    }

    func entitlement(withID entitlementID: String) async throws(GatewayFailure) -> Entitlement? {
        try await call("entitlement") { () throws(GatewayFailure) in try await inner.entitlement(withID: entitlementID)
        }
    }

    func findings(for command: ChangeCommand) async throws(GatewayFailure) -> Findings {
        try await inner.findings(for: command)
    }

    func contactFinding(for command: ChangeCommand, beside findings: Findings) async -> Findings.PartyFinding? {
        await inner.contactFinding(for: command, beside: findings)
    }

    func apply(
        _ decision: Decision,
        in context: ApplyContext,
        intents: any IntentLog
    ) async throws(ApplyFailure) -> Entitlement {
        // The write alone is counted: the fake makes it as one call.
        do throws(GatewayFailure) {
            try await call("apply") { () throws(GatewayFailure) in }
        } catch {
            if case .transient(let reason, let retryAfter) = error { throw .transient(reason, retryAfter: retryAfter) }
        }
        return try await inner.apply(decision, in: context, intents: intents)
    }

    func plannedCalls(for decision: Decision, in context: ApplyContext, on snapshot: Snapshot) -> [PlannedCall] {
        inner.plannedCalls(for: decision, in: context, on: snapshot)
    }

    func search(_ filter: EntitlementFilter, page: @Sendable ([Entitlement]) async throws -> Void) async throws {
        try await call("search") { () throws(GatewayFailure) in }
        try await inner.search(filter, page: page)
    }

    func activations(of entitlementID: String) async throws(GatewayFailure) -> [Activation] {
        try await call("activations") { () throws(GatewayFailure) in try await inner.activations(of: entitlementID) }
    }

    func availability() async throws(GatewayFailure) { try await inner.availability() }
}
