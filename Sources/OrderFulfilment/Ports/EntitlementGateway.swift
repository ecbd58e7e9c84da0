public import OrderMessages
public import SubscriptionLifecycle

/// What the line needs of the system that keeps entitlements.
///
/// Every requirement may be called from many tasks at once. Nothing is retried inside beyond a fresh token: the line
/// owns retries, parking and their limits.
public protocol EntitlementGateway: CallPlanner {
    /// The entitlement whose external id is exactly that subscription's name; `nil` when there is none.
    func entitlement(of subscription: SubscriptionID) async throws(GatewayFailure) -> Entitlement?

    /// The entitlement of that EMS entitlement id; `nil` when there is none.
    func entitlement(withID entitlementID: String) async throws(GatewayFailure) -> Entitlement?

    /// What EMS knows of the customer, the partner and the products that the command names; reads only.
    func findings(for command: ChangeCommand) async throws(GatewayFailure) -> Findings

    /// Whether the contact of a creation is there; reads only, and only for previews: no rule looks at it, so that
    /// an order must neither wait for it nor fail with it. `nil` where there is no contact, or it can't be told.
    func contactFinding(for command: ChangeCommand, beside findings: Findings) async -> Findings.PartyFinding?

    /// Makes the entitlement match the decision and answers with what EMS then holds. Safe to call again after any
    /// failure or crash: it reads, takes the difference, and writes only what is missing. A call that must not be
    /// repeated (creation, quantity delta, line append) is written to `intents` first.
    func apply(
        _ decision: Decision,
        in context: ApplyContext,
        intents: any IntentLog
    ) async throws(ApplyFailure) -> Entitlement

    /// The entitlements that match, page by page, each once.
    /// A page is handed over before the next is asked for.
    func search(
        _ filter: EntitlementFilter,
        page: @Sendable ([Entitlement]) async throws -> Void
    ) async throws

    /// The activations of an entitlement.
    func activations(of entitlementID: String) async throws(GatewayFailure) -> [Activation]

    /// Whether the system answers at all; the reason when not.
    func availability() async throws(GatewayFailure)
}

/// What a preview needs of whoever writes to that system.
public protocol CallPlanner: Sendable {
    /// The writes that ``EntitlementGateway/apply(_:in:intents:)`` would make, in their order.
    ///
    /// Makes none itself, and asks nobody: what was looked up tells all.
    func plannedCalls(for decision: Decision, in context: ApplyContext, on snapshot: Snapshot) -> [PlannedCall]
}

/// Which entitlements a search wants.
///
/// The conditions are a conjunction.
public struct EntitlementFilter: Hashable, Sendable {
    /// Owned by that customer.
    public var customer: CustomerReference.Key?
    /// Created or changed on that day (UTC) or later.
    public var modifiedSince: LocalDate?
    /// Of exactly these subscriptions; empty for any.
    public var subscriptionIDs: [SubscriptionID]

    /// All entitlements unless narrowed.
    public init(
        customer: CustomerReference.Key? = nil,
        modifiedSince: LocalDate? = nil,
        subscriptionIDs: [SubscriptionID] = []
    ) {
        self.customer = customer
        self.modifiedSince = modifiedSince
        self.subscriptionIDs = subscriptionIDs
    }
}

/// Who stands behind a change: what the audit log of EMS is told, and whose trace goes on.
public struct ApplyContext: Hashable, Sendable {
    /// The command.
    public var identity: CommandIdentity
    /// Who ordered it.
    public var requestedBy: String?
    /// Why.
    public var reason: String?

    /// Who stands behind a change.
    public init(identity: CommandIdentity, requestedBy: String? = nil, reason: String? = nil) {
        self.identity = identity
        self.requestedBy = requestedBy
        self.reason = reason
    }
}
