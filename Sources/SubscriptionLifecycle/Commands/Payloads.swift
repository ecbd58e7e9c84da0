/// How long a term is, counted from a day that the operation names.
public enum TermLength: Hashable, Sendable, Codable {
    /// Up to and including that day.
    case until(LocalDate)
    /// 1 to 1200 months.
    case months(Int)
    /// 1 to 36500 days.
    case days(Int)
}

/// A line item to be added.
public struct NewLineItem: Hashable, Sendable, Codable {
    /// Unique within the subscription for ever.
    public var lineID: LineID
    /// What it entitles to.
    public var product: ProductReference
    /// At least 1.
    public var quantity: Int
    /// Custom attributes of the line.
    public var attributes: [String: String]

    /// A line to add.
    public init(lineID: LineID, product: ProductReference, quantity: Int, attributes: [String: String] = [:]) {
        self.lineID = lineID
        self.product = product
        self.quantity = quantity
        self.attributes = attributes
    }
}

/// Who gets a new subscription, and what besides lines and dates it carries.
public struct NewSubscription: Hashable, Sendable, Codable {
    /// Who gets it.
    public var customer: CustomerReference
    /// Who sold it.
    public var channelPartner: ChannelPartnerReference?
    /// Custom attributes of the header.
    public var attributes: [String: String]
    /// Kept as an attribute, nothing else.
    public var autoRenew: Bool?

    /// What a create and a trial have in common.
    public init(
        customer: CustomerReference,
        channelPartner: ChannelPartnerReference? = nil,
        attributes: [String: String] = [:],
        autoRenew: Bool? = nil
    ) {
        self.customer = customer
        self.channelPartner = channelPartner
        self.attributes = attributes
        self.autoRenew = autoRenew
    }
}

/// The payload of create-subscription.
public struct CreateSubscription: Hashable, Sendable, Codable {
    /// Customer, partner, attributes.
    public var details: NewSubscription
    /// First day.
    public var start: LocalDate
    /// Counted from the first day.
    public var length: TermLength
    /// At least one.
    public var lineItems: [NewLineItem]

    /// A paid subscription to create.
    public init(details: NewSubscription, start: LocalDate, length: TermLength, lineItems: [NewLineItem]) {
        self.details = details
        self.start = start
        self.length = length
        self.lineItems = lineItems
    }
}

/// The payload of start-trial.
public struct StartTrial: Hashable, Sendable, Codable {
    /// Customer, partner, attributes.
    public var details: NewSubscription
    /// First day; today when not given.
    public var start: LocalDate?
    /// 1 to 3650.
    public var days: Int
    /// At least one.
    public var lineItems: [NewLineItem]

    /// A trial to create.
    public init(details: NewSubscription, start: LocalDate?, days: Int, lineItems: [NewLineItem]) {
        self.details = details
        self.start = start
        self.days = days
        self.lineItems = lineItems
    }
}

/// What becomes of the line items of a subscription.
public struct LineItemChanges: Hashable, Sendable, Codable {
    /// A line with its new total.
    public struct Quantity: Hashable, Sendable, Codable {
        /// Which line.
        public var lineID: LineID
        /// The new total, at least 1.
        public var quantity: Int

        /// A line with its new total.
        public init(lineID: LineID, quantity: Int) {
            self.lineID = lineID
            self.quantity = quantity
        }
    }

    /// Lines to add.
    public var add: [NewLineItem]
    /// Lines to take out of force.
    public var remove: [LineID]
    /// Lines with another total.
    public var change: [Quantity]

    /// Nothing unless given.
    public init(add: [NewLineItem] = [], remove: [LineID] = [], change: [Quantity] = []) {
        self.add = add
        self.remove = remove
        self.change = change
    }
}

/// The payload of convert-trial.
public struct ConvertTrial: Hashable, Sendable, Codable {
    /// First paid day; today when not given.
    public var start: LocalDate?
    /// Counted from the first paid day.
    public var length: TermLength
    /// What becomes of the lines.
    public var lineItems: LineItemChanges

    /// A trial to convert.
    public init(start: LocalDate?, length: TermLength, lineItems: LineItemChanges = LineItemChanges()) {
        self.start = start
        self.length = length
        self.lineItems = lineItems
    }
}

/// The next term of a subscription.
public struct Renewal: Hashable, Sendable, Codable {
    /// The day a next term is counted from.
    public enum Base: String, Hashable, Sendable, Codable, CaseIterable {
        /// The old end, early or late.
        case expiry
        /// Today when the old end has passed, else the old end.
        case todayIfExpired = "today-if-expired"
    }

    /// Counted from the base.
    public var length: TermLength
    /// What it is counted from.
    public var base: Base

    /// A next term.
    public init(length: TermLength, base: Base = .expiry) {
        self.length = length
        self.base = base
    }
}

/// When a cancellation takes effect.
public enum CancellationEffect: String, Hashable, Sendable, Codable, CaseIterable {
    /// Closes it now.
    case immediately
    /// Marks it to end with its term.
    case endOfTerm = "end-of-term"
    /// Takes the mark away.
    case withdraw
}
