public import SubscriptionLifecycle

extension Verdict {
    /// In a sentence.
    public var words: String {
        switch self {
        case .change(let decision):
            "\(decision.previousState.rawValue) → \(decision.state.rawValue), version \(decision.baseVersion) → \(decision.baseVersion + 1)"
        case .rejected(let rejection): "rejected, \(rejection.code.rawValue): \(rejection.message)"
        case .premature(let prematurity): "premature: \(prematurity.sentence)"
        }
    }
}

extension Snapshot {
    /// How the subscription was found, in a sentence.
    public func words(on today: LocalDate) -> String {
        guard let subscription else { return "no entitlement of that name in EMS; last version \(lastVersion)" }
        let end = subscription.entitlement.term.end.map { "ends on \($0)" } ?? "never ends"
        let mark = subscription.endsWithTerm ? ", is to end with its term" : ""
        return "\(subscription.state(on: today).rawValue), version \(subscription.version), \(end)\(mark)"
    }
}
