/// Why a command is refused: the closed list that subscribers may rely on.
public enum RejectionCode: String, CaseIterable, Hashable, Sendable, Codable, Error {
    /// A subscription of that name is there already.
    case subscriptionExists = "subscription-exists"
    /// No subscription of that name.
    case subscriptionNotFound = "subscription-not-found"
    /// It is closed; nothing can be done with it.
    case subscriptionCancelled = "subscription-cancelled"
    /// It is disabled in EMS; enable it there first.
    case subscriptionSuspended = "subscription-suspended"
    /// Its grace for renewals has passed, or it was to end with its term.
    case subscriptionLapsed = "subscription-lapsed"
    /// A trial must be converted before it can be renewed.
    case trialNotConverted = "trial-not-converted"
    /// The window for conversions has passed.
    case trialExpired = "trial-expired"
    /// Only a trial can be converted.
    case notATrial = "not-a-trial"
    /// It is marked to end with its term; withdraw the cancellation first.
    case cancellationScheduled = "cancellation-scheduled"
    /// There is no cancellation to withdraw.
    case noCancellationScheduled = "no-cancellation-scheduled"
    /// Somebody else changed the same field in EMS.
    case emsConflict = "ems-conflict"
    /// The new end is not after the old one.
    case termNotExtended = "term-not-extended"
    /// The term ends before it starts, or outside the calendar.
    case termInvalid = "term-invalid"
    /// The line id is taken.
    case lineItemExists = "line-item-exists"
    /// No line of that id is in force.
    case lineItemNotFound = "line-item-not-found"
    /// An upsell must raise the quantity.
    case lineItemNotIncreased = "line-item-not-increased"
    /// A reduced tier must lower the quantity.
    case lineItemNotReduced = "line-item-not-reduced"
    /// At least one line must stay.
    case noLineItemsLeft = "no-line-items-left"
    /// More is activated than would be left.
    case quantityBelowActivated = "quantity-below-activated"
    /// The catalogue has no such product.
    case productNotFound = "product-not-found"
    /// The product is not enabled in the catalogue.
    case productNotEnabled = "product-not-enabled"
    /// EMS has no such customer, and it may not or can't be created.
    case customerNotFound = "customer-not-found"
    /// EMS has no such partner.
    case channelPartnerNotFound = "channel-partner-not-found"
    /// EMS has no such entitlement.
    case entitlementNotFound = "entitlement-not-found"
    /// The subscription is past the version the command expects, or the command creates one and so can't wait for it.
    case versionMismatch = "version-mismatch"
    /// What the command waited for did not come in time.
    case predecessorTimeout = "predecessor-timeout"
    /// EMS refused the call.
    case emsRefused = "ems-refused"
}

/// A refusal that explains itself.
public struct Rejection: Hashable, Sendable, Codable, Error {
    /// Which rule.
    public var code: RejectionCode
    /// For a person: what is wrong and what to do.
    public var message: String
    /// What was seen.
    public var observed: [String: Fact]
    /// What the rule wants.
    public var required: [String: Fact]

    /// A refusal.
    public init(
        _ code: RejectionCode,
        _ message: String,
        observed: [String: Fact] = [:],
        required: [String: Fact] = [:]
    ) {
        self.code = code
        self.message = message
        self.observed = observed
        self.required = required
    }
}
