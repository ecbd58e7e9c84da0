/// What a vendor may set about the lifecycle.
public struct LifecyclePolicies: Hashable, Sendable {
    /// The attributes that carry this project's marks in EMS; `nil` where the tenant has no such attribute.
    public struct AttributeNames: Hashable, Sendable {
        /// `Trial` or `Subscription`.
        public var orderType: String?
        /// `true` or `false`.
        public var endsWithTerm: String?
        /// `true` or `false`.
        public var autoRenew: String?

        /// The names of the contract unless given.
        public init(
            orderType: String? = "Order Type",
            endsWithTerm: String? = "Ends With Term",
            autoRenew: String? = "Auto Renew"
        ) {
            self.orderType = orderType
            self.endsWithTerm = endsWithTerm
            self.autoRenew = autoRenew
        }
    }

    /// How long after its end a trial can still be converted.
    public var conversionWindow: Window
    /// How long after its end a subscription can still be renewed.
    public var renewalGrace: Window
    /// Where the marks are kept.
    public var attributeNames: AttributeNames

    /// 30 days each unless given.
    public init(
        conversionWindow: Window = Window(days: 30),
        renewalGrace: Window = Window(days: 30),
        attributeNames: AttributeNames = AttributeNames()
    ) {
        self.conversionWindow = conversionWindow
        self.renewalGrace = renewalGrace
        self.attributeNames = attributeNames
    }
}

extension Subscription {
    /// The texts that the mark for trial or paid has in EMS.
    public static func orderType(_ kind: Kind) -> String {
        switch kind {
        case .trial: "Trial"
        case .paid: "Subscription"
        }
    }

    /// What is there, from what EMS holds and what the ledger knows.
    ///
    /// A mark in EMS counts before the ledger's: EMS is the system of record for what it can express. What neither
    /// knows is adopted at version 1, as paid.
    public init(
        entitlement: Entitlement,
        known: (version: Int, kind: Kind, endsWithTerm: Bool)?,
        attributeNames: LifecyclePolicies.AttributeNames
    ) {
        func mark(_ name: String?) -> String? {
            name.flatMap { entitlement.attributes[$0] }.flatMap { $0.isEmpty ? nil : $0 }
        }
        let kind: Kind? =
            switch mark(attributeNames.orderType)?.lowercased() {
            case "trial": .trial
            case "subscription": .paid
            default: nil
            }
        let endsWithTerm = mark(attributeNames.endsWithTerm).map { $0.lowercased() == "true" }
        self.init(
            version: known?.version ?? 1,
            kind: kind ?? known?.kind ?? .paid,
            endsWithTerm: endsWithTerm ?? known?.endsWithTerm ?? false,
            entitlement: entitlement
        )
    }
}
