public import OrderFulfilment
public import OrderMessages
public import SubscriptionLifecycle

extension SentinelEntitlementGateway {
    /// The writes that `apply` would make on what was looked up: method, path with its comment, and body.
    ///
    /// Put together by the code that makes them. Only the password of a new contact can't be told: it is random.
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
            return (registry.creations(for: draft.customer, snapshot.findings) + [creation]).map(PlannedCall.init)
        case .close: return [PlannedCall(EMSCall.close(key).commented(by: context))]
        case .update(let changes):
            guard let held = snapshot.subscription?.entitlement else { return [] }
            let difference = Difference(changes, on: held, intents: [])
            guard !difference.isEmpty else { return [] }
            let body = EntitlementWriter.patch(difference, on: held, of: id)
            return [PlannedCall(EMSCall.patch(key, body).commented(by: context))]
        }
    }

    private func partnerID(_ partner: ChannelPartnerReference?, _ findings: Findings) -> String? {
        switch partner {
        case nil, .identifier: nil
        case .externalID: findings.channelPartnerID
        }
    }
}

extension PlannedCall {
    fileprivate init(_ call: EMSCall) {
        self.init(method: call.method, path: call.target, body: call.body?.compactText)
    }
}
