import SubscriptionLifecycle

extension Check.Name {
    /// What must hold.
    var meaning: String {
        switch self {
        case .notCancelled: "The subscription is not cancelled."
        case .version:
            "The subscription has the version that the command expects, if it expects one. Behind it the command waits, unless it creates."
        case .state:
            "The state lets the operation go on; see transitions. What is absent the command waits for, unless it creates."
        case .notEndingWithTerm: TransitionTable.Guard.notEndingWithTerm.meaning
        case .withinConversionWindow: TransitionTable.Guard.withinConversionWindow.meaning
        case .withinRenewalGrace: TransitionTable.Guard.withinRenewalGrace.meaning
        case .cancellationScheduled: "There is a mark to withdraw."
        case .termHasEnd: "There is an end to extend; what never expires has none."
        case .termInCalendar: "The new end is in the years up to 9999."
        case .termInOrder: "The term doesn't end before it starts."
        case .termExtended: "The new end is after the old one."
        case .lineItemInForce: "A line to remove or to change is there and enabled."
        case .lineItemNamedOnce: "A line is removed or changed once."
        case .lineItemNew: "The id of an added line was never used in this subscription."
        case .lineItemsLeft: "At least one line is in force afterwards."
        case .quantityIncreased: "An upsell raises the total."
        case .quantityReduced: "A reduced tier lowers the total."
        case .quantityCoversActivated: "The new total is at least what is activated."
        case .customerKnown: "The customer is in EMS, or can be created."
        case .channelPartnerKnown: "The channel partner is in EMS."
        case .productEnabled: "The product of an added line is in the catalogue, and enabled."
        }
    }

    /// As the lifecycle document shows it.
    var json: JSON {
        [
            "check": .string(rawValue),
            "step": .string(step.rawValue),
            "meaning": .string(meaning),
            "otherwise": .array(codes.map { .string($0.rawValue) }),
            "operations": .array(OrderOperation.allCases.filter(operations.contains).map { .string($0.rawValue) }),
        ]
    }
}
