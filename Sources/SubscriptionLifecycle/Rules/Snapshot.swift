/// All that a decision looks at: the subscription as it is, and what EMS knows of the things the command names.
public struct Snapshot: Hashable, Sendable, Codable {
    /// `nil` when there is no entitlement of that name.
    public var subscription: Subscription?
    /// The last version of that name, also when EMS has lost the entitlement: versions never go backwards.
    public var lastVersion: Int
    /// What the look-ups found.
    public var findings: Findings

    /// What was looked up.
    public init(subscription: Subscription?, lastVersion: Int = 0, findings: Findings = Findings()) {
        self.subscription = subscription
        self.lastVersion = lastVersion
        self.findings = findings
    }
}

/// What EMS knows of the customer, the partner and the products that a command names.
public struct Findings: Hashable, Sendable, Codable {
    /// Whether a product can be put on an entitlement.
    public enum ProductFinding: Hashable, Sendable, Codable {
        /// Enabled in the catalogue.
        case enabled
        /// There, but in that state.
        case notEnabled(state: String)
        /// Not in the catalogue.
        case missing
    }

    /// Whether a party can be put on an entitlement.
    public enum PartyFinding: Hashable, Sendable, Codable {
        /// It is there.
        case found
        /// It is not there, and will be created.
        case willBeCreated
        /// It is not there, for that reason it won't be created.
        case missing(because: String)
    }

    /// By the way the command names them.
    public var products: [ProductReference: ProductFinding]
    /// `nil` when the command names none.
    public var customer: PartyFinding?
    /// The customer's contact; `nil` when the command names none.
    public var contact: PartyFinding?
    /// `nil` when the command names none.
    public var channelPartner: PartyFinding?
    /// The partner's internal id in EMS, where that is what names it in calls.
    public var channelPartnerID: String?

    /// Nothing was looked up unless given.
    public init(
        products: [ProductReference: ProductFinding] = [:],
        customer: PartyFinding? = nil,
        contact: PartyFinding? = nil,
        channelPartner: PartyFinding? = nil,
        channelPartnerID: String? = nil
    ) {
        self.products = products
        self.customer = customer
        self.contact = contact
        self.channelPartner = channelPartner
        self.channelPartnerID = channelPartnerID
    }
}
