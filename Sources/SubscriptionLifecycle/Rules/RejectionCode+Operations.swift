extension RejectionCode {
    /// The operations that can end with it: by the rules, by what was looked up, or by what EMS answers.
    public var operations: Set<OrderOperation> {
        switch self {
        // The state.
        case .subscriptionExists: Self.creating
        case .subscriptionNotFound: Self.changing.subtracting(Self.creating)
        case .subscriptionCancelled: Self.changing
        case .subscriptionSuspended: Self.renewals.union([.convertTrial, .cancelSubscription])
        case .trialNotConverted: Self.renewals
        case .notATrial: [.convertTrial]
        // A cancellation too: a mark that has done its work can't be withdrawn.
        case .subscriptionLapsed: Self.renewals.union([.cancelSubscription])
        case .trialExpired: [.convertTrial, .cancelSubscription]
        case .cancellationScheduled: Self.renewals.union([.convertTrial])
        case .noCancellationScheduled: [.cancelSubscription]
        // The version.
        case .versionMismatch: Self.changing
        // What creates a subscription waits for nothing.
        case .predecessorTimeout: Self.changing.subtracting(Self.creating)
        // The term.
        case .termNotExtended: Self.renewals
        case .termInvalid: Self.changing.subtracting([.cancelSubscription])
        // The line items.
        case .lineItemExists: Self.changing.subtracting([.renewSubscription, .cancelSubscription])
        case .lineItemNotFound: [.convertTrial, .renewWithUpsell, .renewWithReducedTier]
        case .lineItemNotIncreased: [.renewWithUpsell]
        case .lineItemNotReduced: [.renewWithReducedTier]
        // A plain renewal too, when every line was disabled in EMS by hand.
        case .noLineItemsLeft: [.convertTrial, .renewSubscription, .renewWithReducedTier]
        // An upsell too, when more is activated than was ordered.
        case .quantityBelowActivated: [.convertTrial, .renewWithUpsell, .renewWithReducedTier]
        // What was looked up.
        case .productNotFound, .productNotEnabled: Self.creating.union([.convertTrial, .renewWithUpsell])
        case .customerNotFound, .channelPartnerNotFound: Self.creating
        case .entitlementNotFound: [.viewEntitlement]
        // What EMS answers.
        case .emsConflict: Self.changing
        case .emsRefused: Set(OrderOperation.allCases)
        }
    }

    private static let changing = Set(OrderOperation.allCases.filter { !$0.isRead })
    private static let creating = Set(OrderOperation.allCases.filter(\.createsSubscription))
    private static let renewals: Set<OrderOperation> = [.renewSubscription, .renewWithUpsell, .renewWithReducedTier]
}

extension OrderOperation {
    /// The codes that it can be rejected with, in the order of the list.
    public var rejectionCodes: [RejectionCode] { RejectionCode.allCases.filter { $0.operations.contains(self) } }
}
