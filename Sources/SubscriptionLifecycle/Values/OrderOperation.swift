/// What a publisher can order: the table of contents of this project.
///
/// Each operation has one queue, one command type, one schema, one page of rules and one row in each exhaustive
/// `switch` over this enum; the compiler leads whoever adds one from place to place.
public enum OrderOperation: String, CaseIterable, Hashable, Sendable, Codable {
    /// Creates a paid subscription.
    case createSubscription = "create-subscription"
    /// Creates a trial for a number of days.
    case startTrial = "start-trial"
    /// Turns a trial into a paid subscription.
    case convertTrial = "convert-trial"
    /// Gives a paid subscription its next term.
    case renewSubscription = "renew-subscription"
    /// A next term with more line items or quantity.
    case renewWithUpsell = "renew-with-upsell"
    /// A next term with fewer line items or less quantity.
    case renewWithReducedTier = "renew-with-reduced-tier"
    /// Ends a subscription, now or with its term.
    case cancelSubscription = "cancel-subscription"
    /// Reads one entitlement.
    case viewEntitlement = "view-entitlement"
    /// Reads many entitlements.
    case syncEntitlements = "sync-entitlements"

    /// Whether it needs no subscription to be there: it makes one.
    public var createsSubscription: Bool {
        switch self {
        case .createSubscription, .startTrial: true
        case .convertTrial, .renewSubscription, .renewWithUpsell, .renewWithReducedTier, .cancelSubscription,
            .viewEntitlement, .syncEntitlements:
            false
        }
    }

    /// Whether it only reads: it takes no claim, no lane, and never waits.
    public var isRead: Bool {
        switch self {
        case .viewEntitlement, .syncEntitlements: true
        case .createSubscription, .startTrial, .convertTrial, .renewSubscription, .renewWithUpsell,
            .renewWithReducedTier, .cancelSubscription:
            false
        }
    }
}
