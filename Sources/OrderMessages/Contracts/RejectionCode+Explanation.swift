import SubscriptionLifecycle

extension RejectionCode {
    var explanation: Explanation {
        switch self {
        case .subscriptionExists:
            Explanation(
                "A subscription of that name is there already.",
                "Use another subscriptionId, or renew the one that is there."
            )
        case .subscriptionNotFound:
            Explanation("There is no subscription of that name.", "Check subscriptionId; create it first.")
        case .subscriptionCancelled:
            Explanation("The subscription is closed for ever.", "Create a new one under another name.")
        case .subscriptionSuspended:
            Explanation(
                "The subscription is disabled in EMS.",
                "Enable it in EMS, then send the command again under a new id."
            )
        case .subscriptionLapsed:
            Explanation(
                "The subscription ended too long ago, or was to end with its term.",
                "Create a new one under another name."
            )
        case .trialNotConverted: Explanation("A trial can't be renewed.", "Convert it first.")
        case .trialExpired:
            Explanation(
                "The trial ended too long ago to be converted, or was to end with its term.",
                "Create a subscription."
            )
        case .notATrial: Explanation("Only a trial can be converted.", "Renew it instead.")
        case .cancellationScheduled:
            Explanation("The subscription is marked to end with its term.", "Withdraw the cancellation first.")
        case .noCancellationScheduled: Explanation("There is no cancellation to withdraw.", "Nothing needs to be done.")
        case .emsConflict:
            Explanation(
                "Somebody changed the same field in EMS meanwhile.",
                "Look at the entitlement, then order again."
            )
        case .termNotExtended: Explanation("The new end is not after the old one.", "Order a later end.")
        case .termInvalid:
            Explanation(
                "The term ends before it starts, or after the year 9999.",
                "Correct start, end, months or days."
            )
        case .lineItemExists:
            Explanation("The line id is taken; it is used once in the life of a subscription.", "Use another lineId.")
        case .lineItemNotFound: Explanation("No line of that id is in force.", "Check lineId against the entitlement.")
        case .lineItemNotIncreased:
            Explanation("An upsell must raise a total.", "Order a higher total, or a reduced tier.")
        case .lineItemNotReduced:
            Explanation("A reduced tier must lower a total.", "Order a lower total, or an upsell.")
        case .noLineItemsLeft: Explanation("At least one line must stay.", "Cancel the subscription instead.")
        case .quantityBelowActivated:
            Explanation("More is activated than would be left.", "Have activations returned, or order a higher total.")
        case .productNotFound: Explanation("The catalogue has no such product.", "Check the product's reference.")
        case .productNotEnabled: Explanation("The product is not enabled in the catalogue.", "Enable it in EMS.")
        case .customerNotFound:
            Explanation(
                "EMS has no such customer, and it may not or can't be created.",
                "Check the reference, or give a name."
            )
        case .channelPartnerNotFound:
            Explanation("EMS has no such partner.", "Check the reference, or create the partner in EMS.")
        case .entitlementNotFound: Explanation("EMS has no such entitlement.", "Check the id.")
        case .versionMismatch:
            Explanation(
                "The subscription has another version than the command expects, and waiting would not bring it there.",
                "Look at the subscription, then order again."
            )
        case .predecessorTimeout:
            Explanation(
                "What the command waited for did not come in time.",
                "Send the predecessor, then this under a new id."
            )
        case .emsRefused:
            Explanation("EMS refused the call; its status and error are given.", "Correct what EMS names.")
        }
    }
}
