/// A typed command that changes a subscription: the seven changing operations.
public struct ChangeCommand: Hashable, Sendable, Codable {
    /// What shall be done.
    public enum Action: Hashable, Sendable, Codable {
        /// Creates a paid subscription.
        case create(CreateSubscription)
        /// Creates a trial.
        case startTrial(StartTrial)
        /// Turns a trial into a paid subscription.
        case convert(ConvertTrial)
        /// Gives the next term.
        case renew(Renewal)
        /// Gives the next term and more.
        case upsell(Renewal, LineItemChanges)
        /// Gives the next term and less.
        case reduce(Renewal, LineItemChanges)
        /// Ends it.
        case cancel(CancellationEffect)
    }

    /// Which subscription.
    public var subscriptionID: SubscriptionID
    /// Kept as refId2 in EMS.
    public var orderID: String?
    /// Kept as refId1 in EMS.
    public var purchaseOrder: String?
    /// Who ordered it; goes into the audit comment.
    public var requestedBy: String?
    /// Why; goes into the audit comment.
    public var reason: String?
    /// The version the publisher saw; 0 = the subscription must be absent.
    public var expectedVersion: Int?
    /// What shall be done.
    public var action: Action

    /// A command for one subscription.
    public init(
        subscriptionID: SubscriptionID,
        orderID: String? = nil,
        purchaseOrder: String? = nil,
        requestedBy: String? = nil,
        reason: String? = nil,
        expectedVersion: Int? = nil,
        action: Action
    ) {
        self.subscriptionID = subscriptionID
        self.orderID = orderID
        self.purchaseOrder = purchaseOrder
        self.requestedBy = requestedBy
        self.reason = reason
        self.expectedVersion = expectedVersion
        self.action = action
    }

    /// The operation the action belongs to.
    public var operation: OrderOperation {
        switch action {
        case .create: .createSubscription
        case .startTrial: .startTrial
        case .convert: .convertTrial
        case .renew: .renewSubscription
        case .upsell: .renewWithUpsell
        case .reduce: .renewWithReducedTier
        case .cancel: .cancelSubscription
        }
    }

    /// Whether it brings a subscription into being: such a command never waits for a predecessor.
    public var creates: Bool {
        switch action {
        case .create, .startTrial: true
        case .convert, .renew, .upsell, .reduce, .cancel: false
        }
    }

    /// What it says of the subscription that it brings into being; `nil` when it brings none.
    public var newSubscription: NewSubscription? {
        switch action {
        case .create(let create): create.details
        case .startTrial(let trial): trial.details
        case .convert, .renew, .upsell, .reduce, .cancel: nil
        }
    }

    /// The line items it adds.
    public var addedLines: [NewLineItem] {
        switch action {
        case .create(let create): create.lineItems
        case .startTrial(let trial): trial.lineItems
        case .convert(let convert): convert.lineItems.add
        case .upsell(_, let changes), .reduce(_, let changes): changes.add
        case .renew, .cancel: []
        }
    }
}
