public import OrderFulfilment
public import OrderMessages
public import SubscriptionLifecycle

/// Tells the writes that the gateway would make on what was looked up: method, path with its comment, and body.
///
/// Put together by the code that makes them. Only the password of a new contact can't be told: it is random.
public struct SentinelCallPlanner: CallPlanner {
    /// What stands in place of a password.
    static let untoldPassword = "(random)"

    /// A planner needs nothing but what was looked up.
    public init() {}

    /// The writes, in their order.
    public func plannedCalls(
        for decision: Decision,
        in context: ApplyContext,
        on snapshot: Snapshot
    ) -> [PlannedCall] {
        let id = decision.subscriptionID
        let key = ResourceKey.externalID(id.description)
        switch decision.plan {
        case .create(let draft):
            let partnerID = partnerID(draft.channelPartner, snapshot.findings)
            let body = EntitlementWriter.creation(draft, of: id, partnerID: partnerID)
            let creation = EMSCall.post("entitlements", body).commented(by: context)
            return (parties(draft.customer, snapshot.findings) + [creation]).map(PlannedCall.init)
        case .close: return [PlannedCall(EMSCall.close(key).commented(by: context))]
        case .update(let changes):
            guard let held = snapshot.subscription?.entitlement else { return [] }
            let difference = Difference(changes, on: held, intents: [])
            guard !difference.isEmpty else { return [] }
            let body = EntitlementWriter.patch(difference, on: held, of: id)
            return [PlannedCall(EMSCall.patch(key, body).commented(by: context))]
        }
    }

    /// The customer and its contact, where they were not found.
    private func parties(_ customer: CustomerReference, _ findings: Findings) -> [EMSCall] {
        var calls: [EMSCall?] = []
        if findings.customer == .willBeCreated { calls.append(PartyWriter.creation(of: customer)) }
        if let contact = customer.contact, findings.contact == .willBeCreated {
            calls.append(PartyWriter.creation(of: contact, of: customer, password: Self.untoldPassword))
        }
        return calls.compactMap(\.self)
    }

    private func partnerID(_ partner: ChannelPartnerReference?, _ findings: Findings) -> String? {
        switch partner {
        case nil, .identifier: nil
        case .externalID: findings.channelPartnerID
        }
    }
}

extension SentinelEntitlementGateway {
    /// The writes that `apply` would make.
    public func plannedCalls(
        for decision: Decision,
        in context: ApplyContext,
        on snapshot: Snapshot
    ) -> [PlannedCall] {
        SentinelCallPlanner().plannedCalls(for: decision, in: context, on: snapshot)
    }
}

extension PlannedCall {
    fileprivate init(_ call: EMSCall) {
        self.init(method: call.method, path: call.target, body: call.body?.compactText)
    }
}
