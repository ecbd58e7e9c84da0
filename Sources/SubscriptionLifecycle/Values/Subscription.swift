/// Where a subscription stands in its life.
public enum SubscriptionState: String, CaseIterable, Hashable, Sendable, Codable {
    /// No entitlement of that name. Can transition to: `trial`, `active`.
    case absent
    /// A trial within its term. Can transition to: `active` (convert), `trial-expired` (time), `cancelled`.
    case trial
    /// A trial past its end. Can transition to: `active` (convert within the window), `cancelled`.
    case trialExpired = "trial-expired"
    /// Paid, within its term. Can transition to: `active` (renew), `lapsed` (time), `suspended` (by hand), `cancelled`.
    case active
    /// Paid, past its end. Can transition to: `active` (renew within the grace), `cancelled`.
    case lapsed
    /// Disabled in EMS by hand. Can transition to: what it was (by hand), `cancelled`.
    case suspended
    /// Closed. Final.
    case cancelled
}

/// A customer's right over time: the entitlement in EMS and what the ledger knows of it.
public struct Subscription: Hashable, Sendable, Codable {
    /// Whether it is paid for.
    public enum Kind: String, CaseIterable, Hashable, Sendable, Codable {
        /// Not yet.
        case trial
        /// Yes.
        case paid
    }

    /// Counts its successful changes, from 1.
    public var version: Int
    /// Trial or paid.
    public var kind: Kind
    /// Whether it is marked to end with its term.
    public var endsWithTerm: Bool
    /// What EMS holds.
    public var entitlement: Entitlement

    /// A subscription that is there.
    public init(version: Int, kind: Kind, endsWithTerm: Bool, entitlement: Entitlement) {
        self.version = version
        self.kind = kind
        self.endsWithTerm = endsWithTerm
        self.entitlement = entitlement
    }

    /// The state on that day.
    ///
    /// An entitlement in DRAFT is not in force, and counts as suspended.
    public func state(on today: LocalDate) -> SubscriptionState {
        switch entitlement.state {
        case .closed: .cancelled
        case .disabled, .draft: .suspended
        case .enabled: Self.state(kind: kind, end: entitlement.term.end, on: today)
        }
    }

    /// The state of one in force that ends on that day, or never.
    public static func state(kind: Kind, end: LocalDate?, on today: LocalDate) -> SubscriptionState {
        let isOver = end.map { $0 < today } ?? false
        return switch kind {
        case .trial: isOver ? .trialExpired : .trial
        case .paid: isOver ? .lapsed : .active
        }
    }
}

extension SubscriptionState {
    /// The state on the day after the term's end, where that is another one.
    public var afterItsTerm: SubscriptionState? {
        switch self {
        case .trial: .trialExpired
        case .active: .lapsed
        case .absent, .trialExpired, .lapsed, .suspended, .cancelled: nil
        }
    }
}
