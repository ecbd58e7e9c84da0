/// What shall become true of one subscription: made once, durable before the first write to EMS.
public struct Decision: Hashable, Sendable, Codable {
    /// How the entitlement gets there.
    public enum Plan: Hashable, Sendable, Codable {
        /// It is created.
        case create(EntitlementDraft)
        /// Some of its fields change.
        case update([Change])
        /// It is closed, for ever.
        case close(Change)
    }

    /// What was ordered.
    public var operation: OrderOperation
    /// Which subscription.
    public var subscriptionID: SubscriptionID
    /// The version it was made at; 0 when there never was a subscription of that name.
    public var baseVersion: Int
    /// The state it was made at.
    public var previousState: SubscriptionState
    /// The state it leads to.
    public var state: SubscriptionState
    /// Trial or paid, afterwards.
    public var kind: Subscription.Kind
    /// Whether it is marked to end with its term, afterwards.
    public var endsWithTerm: Bool
    /// How the entitlement gets there.
    public var plan: Plan

    /// A decision.
    public init(
        operation: OrderOperation,
        subscriptionID: SubscriptionID,
        baseVersion: Int,
        previousState: SubscriptionState,
        state: SubscriptionState,
        kind: Subscription.Kind,
        endsWithTerm: Bool,
        plan: Plan
    ) {
        self.operation = operation
        self.subscriptionID = subscriptionID
        self.baseVersion = baseVersion
        self.previousState = previousState
        self.state = state
        self.kind = kind
        self.endsWithTerm = endsWithTerm
        self.plan = plan
    }

    /// The fields it changes, in the order of the entitlement: what the outcome event lists.
    public var changes: [Change] {
        switch plan {
        case .create(let draft): draft.changes
        case .update(let changes): changes
        case .close(let change): [change]
        }
    }
}

/// An entitlement to be created, enabled.
public struct EntitlementDraft: Hashable, Sendable, Codable {
    /// Who gets it.
    public var customer: CustomerReference
    /// Who sold it.
    public var channelPartner: ChannelPartnerReference?
    /// Its dates, which every line shares.
    public var term: Entitlement.Term
    /// At least one.
    public var lineItems: [NewLineItem]
    /// Custom attributes, the marks of this project included.
    public var attributes: [String: String]
    /// refId2 in EMS.
    public var orderID: String?
    /// refId1 in EMS.
    public var purchaseOrder: String?

    /// An entitlement to create.
    public init(
        customer: CustomerReference,
        channelPartner: ChannelPartnerReference?,
        term: Entitlement.Term,
        lineItems: [NewLineItem],
        attributes: [String: String],
        orderID: String?,
        purchaseOrder: String?
    ) {
        self.customer = customer
        self.channelPartner = channelPartner
        self.term = term
        self.lineItems = lineItems
        self.attributes = attributes
        self.orderID = orderID
        self.purchaseOrder = purchaseOrder
    }

    /// Its fields as changes from nothing.
    public var changes: [Change] {
        var changes = [Change(.state, from: nil, to: .text(Entitlement.State.enabled.rawValue))]
        if let start = term.start { changes.append(Change(.termStart, from: nil, to: .date(start))) }
        if let end = term.end { changes.append(Change(.termEnd, from: nil, to: .date(end))) }
        if let orderID { changes.append(Change(.orderID, from: nil, to: .text(orderID))) }
        if let purchaseOrder { changes.append(Change(.purchaseOrder, from: nil, to: .text(purchaseOrder))) }
        changes += attributes.sorted { $0.key < $1.key }.map {
            Change(.attribute($0.key), from: nil, to: .text($0.value))
        }
        changes += lineItems.map {
            Change(.line($0.lineID), from: nil, to: .line(LineItemDraft(item: $0, term: term)))
        }
        return changes
    }
}
