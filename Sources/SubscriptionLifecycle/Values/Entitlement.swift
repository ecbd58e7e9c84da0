/// What EMS holds of a subscription, in this project's words.
public struct Entitlement: Hashable, Sendable, Codable {
    /// The states an entitlement or a line can have in EMS; raw values as EMS writes them.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// Not complete yet; can't be used.
        case draft = "DRAFT"
        /// In force.
        case enabled = "ENABLE"
        /// Out of force until enabled again.
        case disabled = "DISABLE"
        /// Out of force for ever.
        case closed = "CLOSED"
    }

    /// First and last day, both inclusive.
    public struct Term: Hashable, Sendable, Codable {
        /// `nil` when EMS has none.
        public var start: LocalDate?
        /// `nil` when it never expires.
        public var end: LocalDate?

        /// A term; without an end it never expires.
        public init(start: LocalDate?, end: LocalDate?) {
            self.start = start
            self.end = end
        }
    }

    /// A product as EMS describes it.
    public struct Product: Hashable, Sendable, Codable {
        /// Internal id in EMS.
        public var id: String?
        /// The vendor's own id of it.
        public var externalID: String?
        /// The catalogue's identifier.
        public var identifier: String?
        /// Its name.
        public var name: String?
        /// Its version.
        public var version: String?

        /// A product with what is known of it.
        public init(
            id: String? = nil,
            externalID: String? = nil,
            identifier: String? = nil,
            name: String? = nil,
            version: String? = nil
        ) {
            self.id = id
            self.externalID = externalID
            self.identifier = identifier
            self.name = name
            self.version = version
        }
    }

    /// One product with quantity and term.
    public struct LineItem: Hashable, Sendable, Codable {
        /// Its name within the subscription; a line that somebody else added has its external id or product key id.
        public var lineID: LineID
        /// The id of the product key in EMS.
        public var productKeyID: String
        /// What it entitles to.
        public var product: Product
        /// The total quantity.
        public var quantity: Int
        /// What of it is not activated yet.
        public var available: Int
        /// Its state in EMS.
        public var state: State
        /// Its own dates; EMS doesn't derive them from the header's.
        public var term: Term
        /// Custom attributes that are set.
        public var attributes: [String: String]

        /// What is activated.
        public var activated: Int { quantity - available }

        /// A line of an entitlement.
        public init(
            lineID: LineID,
            productKeyID: String,
            product: Product,
            quantity: Int,
            available: Int,
            state: State,
            term: Term,
            attributes: [String: String] = [:]
        ) {
            self.lineID = lineID
            self.productKeyID = productKeyID
            self.product = product
            self.quantity = quantity
            self.available = available
            self.state = state
            self.term = term
            self.attributes = attributes
        }
    }

    /// A customer or a partner as EMS describes it.
    public struct Party: Hashable, Sendable, Codable {
        /// Internal id in EMS.
        public var id: String?
        /// The identifier in EMS.
        public var identifier: String?
        /// The vendor's own id of it.
        public var externalID: String?
        /// Its name.
        public var name: String?

        /// A party with what is known of it.
        public init(id: String? = nil, identifier: String? = nil, externalID: String? = nil, name: String? = nil) {
            self.id = id
            self.identifier = identifier
            self.externalID = externalID
            self.name = name
        }
    }

    /// The EMS entitlement id (eId).
    public var entitlementID: String
    /// The external id, which is the subscription's name; empty when EMS has none.
    public var externalID: String
    /// Its state in EMS.
    public var state: State
    /// The header's dates.
    public var term: Term
    /// Who owns it.
    public var customer: Party?
    /// Who sold it.
    public var channelPartner: Party?
    /// The e-mail address of its contact.
    public var contactEmail: String?
    /// refId2 in EMS.
    public var orderID: String?
    /// refId1 in EMS.
    public var purchaseOrder: String?
    /// Every line, whatever its state.
    public var lineItems: [LineItem]
    /// Custom attributes that are set.
    public var attributes: [String: String]

    /// An entitlement as EMS holds it.
    public init(
        entitlementID: String,
        externalID: String,
        state: State,
        term: Term,
        customer: Party? = nil,
        channelPartner: Party? = nil,
        contactEmail: String? = nil,
        orderID: String? = nil,
        purchaseOrder: String? = nil,
        lineItems: [LineItem],
        attributes: [String: String] = [:]
    ) {
        self.entitlementID = entitlementID
        self.externalID = externalID
        self.state = state
        self.term = term
        self.customer = customer
        self.channelPartner = channelPartner
        self.contactEmail = contactEmail
        self.orderID = orderID
        self.purchaseOrder = purchaseOrder
        self.lineItems = lineItems
        self.attributes = attributes
    }

    /// The lines in force.
    public var enabledLines: [LineItem] { lineItems.filter { $0.state == .enabled } }

    /// The line of that name, whatever its state.
    public func line(_ id: LineID) -> LineItem? { lineItems.first { $0.lineID == id } }
}
