/// Where an effect of a cancellation leads from a state in which the table lets it through.
public enum CancellationConsequence: Hashable, Sendable {
    /// The subscription is closed.
    case closes
    /// It is marked to end with its term.
    case marks
    /// The mark is taken away; without one the code is the answer.
    case withdraws(otherwise: RejectionCode)
    /// Refused with that code.
    case rejects(RejectionCode)
}

extension CancellationEffect {
    /// Only what is in force can be marked: what has ended or is out of force is closed at once.
    public func consequence(on state: SubscriptionState) -> CancellationConsequence {
        switch (self, state) {
        case (_, .absent): .rejects(.subscriptionNotFound)
        case (_, .cancelled): .rejects(.subscriptionCancelled)
        case (.immediately, _), (.endOfTerm, .trialExpired), (.endOfTerm, .lapsed), (.endOfTerm, .suspended): .closes
        case (.endOfTerm, .trial), (.endOfTerm, .active): .marks
        case (.withdraw, .trial), (.withdraw, .active): .withdraws(otherwise: .noCancellationScheduled)
        case (.withdraw, .trialExpired), (.withdraw, .lapsed), (.withdraw, .suspended):
            .rejects(.noCancellationScheduled)
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
