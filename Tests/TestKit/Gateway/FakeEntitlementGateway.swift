public import Foundation
public import OrderFulfilment
public import OrderMessages
public import SubscriptionLifecycle

/// Entitlements in memory, with troubles on demand. Proved by ``GatewayConformance``.
///
/// Knows the products `GC3040`, `GC3041`, `GC3042` (enabled) and `GC3090` (draft) by their external ids, and the
/// partner `PARTNER-1` / `CP-1`, as the sandbox does.
public actor FakeEntitlementGateway: EntitlementGateway {
    /// What can go wrong.
    public enum Trouble: Hashable, Sendable {
        /// Nothing is done; worth another try.
        case transient(String, retryAfter: Double?)
        /// Nothing is done; refused for good.
        case refused(EMSRefusal)
        /// Only for `apply`: nothing is done; another order brings into being what this one needs.
        case busy(seconds: Double)
        /// Only for `apply`: it is done, but the answer is lost.
        case lostAnswer
        /// Only for `apply`: no answer; it is done when ``landLateWrites()`` is called. Until the date every further
        /// `apply` of that subscription is unsettled too.
        case late(until: Date)
        /// Only for `apply`: the first changes are made, then the rest is refused.
        case partly(EMSRefusal, applied: Int)
    }

    /// The requirements of the port that can be troubled and are counted.
    public enum Call: String, Hashable, Sendable, CaseIterable {
        /// `entitlement(of:)` and `entitlement(withID:)`
        case entitlement
        /// `findings(for:)`
        case findings
        /// `apply`
        case apply
        /// `search`
        case search
        /// `activations(of:)`
        case activations
        /// `availability()`
        case availability
    }

    /// How often each was called.
    public private(set) var calls: [Call: Int] = [:]
    /// Every decision that `apply` was called with, in order.
    public private(set) var applied: [Decision] = []

    var entitlements: [String: Entitlement] = [:]
    var products: [ProductReference: Findings.ProductFinding] = [
        .externalID("GC3040"): .enabled, .externalID("GC3041"): .enabled, .externalID("GC3042"): .enabled,
        .externalID("GC3090"): .notEnabled(state: "DRAFT"),
    ]
    var customers: [CustomerReference.Key: Entitlement.Party] = [:]
    var activationRows: [String: [Activation]] = [:]
    private let partners: Set<ChannelPartnerReference> = [.identifier("PARTNER-1"), .externalID("CP-1")]
    private var troubles: [Call: [Trouble]] = [:]
    private var troublesOfSubscriptions: [String: Trouble] = [:]
    private var lateWrites: [(subscription: SubscriptionID, until: Date, decision: Decision)] = []
    private var serial = 0
    private let now: @Sendable () -> Date
    private var beforeApply: (@Sendable (Decision) async -> Void)?
    var beforePage: (@Sendable () async -> Void)?

    /// An empty tenant; `now` tells when a late write is no longer waited for.
    public init(now: @escaping @Sendable () -> Date = { Date() }) { self.now = now }

    // MARK: - For tests

    /// The next calls meet these troubles, one each.
    public func trouble(_ call: Call, with troubles: Trouble...) {
        self.troubles[call, default: []] += troubles
    }

    /// The next decision on that subscription meets this trouble when it is applied, whoever applies others meanwhile.
    public func trouble(applying subscription: String, with trouble: Trouble) {
        troublesOfSubscriptions[subscription] = trouble
    }

    /// Nothing goes wrong any more.
    public func clearTroubles() { (troubles, troublesOfSubscriptions) = ([:], [:]) }

    /// Runs before each `apply`, outside of everything: a place to wait in.
    public func beforeApply(_ wait: (@Sendable (Decision) async -> Void)?) { beforeApply = wait }

    /// Searches answer with one entitlement a page, and wait so before each.
    public func beforePage(_ wait: (@Sendable () async -> Void)?) { beforePage = wait }

    /// Puts an entitlement there, or replaces it, as somebody else might.
    public func put(_ entitlement: Entitlement) { entitlements[entitlement.externalID] = entitlement }

    /// Takes an entitlement away.
    public func remove(_ subscription: SubscriptionID) { entitlements[subscription.description] = nil }

    /// What is there now.
    public func held(_ subscription: SubscriptionID) -> Entitlement? { entitlements[subscription.description] }

    /// Adds or changes a product.
    public func put(_ product: ProductReference, _ finding: Findings.ProductFinding) { products[product] = finding }

    /// Adds an activation and takes its quantity from the line.
    public func put(_ activation: Activation, on subscription: SubscriptionID) {
        guard var held = entitlements[subscription.description] else { return }
        for index in held.lineItems.indices where held.lineItems[index].productKeyID == activation.productKeyID {
            held.lineItems[index].available -= activation.quantity
        }
        entitlements[subscription.description] = held
        activationRows[held.entitlementID, default: []].append(activation)
    }

    /// Does what late writes were about.
    public func landLateWrites() {
        let writes = lateWrites
        lateWrites = []
        for write in writes { make(write.decision.changes, of: write.decision) }
    }

    // MARK: - The port

    /// The entitlement of that name.
    public func entitlement(of subscription: SubscriptionID) async throws(GatewayFailure) -> Entitlement? {
        try count(.entitlement)
        return entitlements[subscription.description]
    }

    /// The entitlement of that id.
    public func entitlement(withID entitlementID: String) async throws(GatewayFailure) -> Entitlement? {
        try count(.entitlement)
        return entitlements.values.first { $0.entitlementID == entitlementID }
    }

    /// What is known of what the command names.
    public func findings(for command: ChangeCommand) async throws(GatewayFailure) -> Findings {
        try count(.findings)
        var findings = Findings()
        for line in command.addedLines { findings.products[line.product] = products[line.product] ?? .missing }
        let details: NewSubscription? =
            switch command.action {
            case .create(let create): create.details
            case .startTrial(let trial): trial.details
            case .convert, .renew, .upsell, .reduce, .cancel: nil
            }
        guard let details else { return findings }
        findings.customer = finding(of: details.customer)
        findings.channelPartner = details.channelPartner.map {
            partners.contains($0) ? .found : .missing(because: "channel partner \($0) is unknown")
        }
        return findings
    }

    /// It keeps no contacts: whoever brings a customer brings its contact.
    public func contactFinding(for command: ChangeCommand, beside findings: Findings) async -> Findings.PartyFinding? {
        nil
    }

    /// Makes the entitlement match the decision.
    public func apply(
        _ decision: Decision,
        in context: ApplyContext,
        intents: any IntentLog
    ) async throws(ApplyFailure) -> Entitlement {
        await beforeApply?(decision)
        calls[.apply, default: 0] += 1
        applied.append(decision)
        let ownTrouble = troublesOfSubscriptions.removeValue(forKey: decision.subscriptionID.description)
        let trouble = ownTrouble ?? takeTrouble(.apply)
        if case .transient(let reason, let retryAfter) = trouble { throw .transient(reason, retryAfter: retryAfter) }
        if case .busy(let seconds) = trouble { throw .busy("somebody creates the customer", seconds: seconds) }
        let standing = Standing(decision.changes, on: entitlements[decision.subscriptionID.description], decision)
        guard standing.conflicts.isEmpty else {
            throw .conflict(
                observed: standing.conflicts,
                applied: standing.applied,
                missing: decision.changes.filter { !standing.applied.contains($0) }
            )
        }
        if let late = lateWrites.first(where: { $0.subscription == decision.subscriptionID }), late.until > now() {
            throw .unsettled("a write had no answer", until: late.until)
        }
        if let refusal = refusal(of: decision) {
            throw .refused(refusal, applied: standing.applied, missing: standing.pending)
        }
        try await write(standing.pending, of: decision, trouble, intents)
        guard let held = entitlements[decision.subscriptionID.description] else {
            throw .conflict(observed: ["emsState": .text("absent")], applied: [], missing: decision.changes)
        }
        return held
    }

    /// One call per decision that changes something.
    public nonisolated func plannedCalls(
        for decision: Decision,
        in context: ApplyContext,
        on snapshot: Snapshot
    ) -> [PlannedCall] {
        let path = "/entitlements/externalId=\(decision.subscriptionID)"
        return switch decision.plan {
        case .create: [PlannedCall(method: "POST", path: "/entitlements?returnResource=true", body: "{}")]
        case .update(let changes):
            changes.isEmpty ? [] : [PlannedCall(method: "PATCH", path: path + "?returnResource=true", body: "{}")]
        case .close: [PlannedCall(method: "POST", path: path + "/close")]
        }
    }

    // MARK: - Inside

    private func takeTrouble(_ call: Call) -> Trouble? {
        guard let list = troubles[call], !list.isEmpty else { return nil }
        return troubles[call]?.removeFirst()
    }

    func count(_ call: Call) throws(GatewayFailure) {
        calls[call, default: 0] += 1
        switch takeTrouble(call) {
        case nil: return
        case .transient(let reason, let retryAfter): throw .transient(reason, retryAfter: retryAfter)
        case .refused(let refusal), .partly(let refusal, applied: _): throw .refused(refusal)
        case .lostAnswer, .late, .busy: throw .transient("no answer", retryAfter: nil)
        }
    }

    private func write(
        _ pending: [Change],
        of decision: Decision,
        _ trouble: Trouble?,
        _ intents: any IntentLog
    ) async throws(ApplyFailure) {
        guard !pending.isEmpty else { return }
        do throws(LedgerFailure) {
            let effects = pending.map { "\($0.field)=" }
            let number = await intents.intents.count + 1
            try await intents.write(Intent(id: "write#\(number)", call: "write", effects: effects, deadline: now()))
        } catch {
            throw .transient("the intent could not be written: \(error)", retryAfter: nil)
        }
        switch trouble {
        case nil, .transient, .busy: make(pending, of: decision)
        case .refused(let refusal):
            throw .refused(refusal, applied: decision.changes.filter { !pending.contains($0) }, missing: pending)
        case .lostAnswer:
            make(pending, of: decision)
            throw .transient("the answer was lost", retryAfter: nil)
        case .late(let until):
            lateWrites.append((decision.subscriptionID, until, decision))
            throw .unsettled("a write had no answer", until: until)
        case .partly(let refusal, let count):
            make(Array(pending.prefix(count)), of: decision)
            let missing = Array(pending.dropFirst(count))
            throw .refused(refusal, applied: decision.changes.filter { !missing.contains($0) }, missing: missing)
        }
    }

    private func make(_ changes: [Change], of decision: Decision) {
        let name = decision.subscriptionID.description
        var held: Entitlement
        if case .create(let draft) = decision.plan, entitlements[name] == nil {
            held = Entitlement(
                entitlementID: "fake-\(number())",
                externalID: name,
                state: .enabled,
                term: draft.term,
                customer: party(of: draft.customer),
                channelPartner: draft.channelPartner.map(Self.party),
                contactEmail: draft.customer.contact?.email,
                lineItems: []
            )
        } else {
            guard let found = entitlements[name] else { return }
            held = found
        }
        for change in changes { held.make(change) { "fake-key-\(number())" } }
        entitlements[name] = held
    }

    private func party(of customer: CustomerReference) -> Entitlement.Party {
        if let known = customers[customer.key] { return known }
        var party = Entitlement.Party(id: "fake-customer-\(number())", name: customer.name)
        switch customer.key {
        case .externalID(let id): party.externalID = id
        case .identifier(let id): party.identifier = id
        case .id(let id): party.id = id
        }
        customers[customer.key] = party
        return party
    }

    private static func party(of partner: ChannelPartnerReference) -> Entitlement.Party {
        Entitlement.Party(id: "fake-partner", identifier: "PARTNER-1", externalID: "CP-1", name: "Northern Channel")
    }

    private func number() -> Int {
        serial += 1
        return serial
    }
}
