import OrderMessages
import SubscriptionLifecycle

/// The first event and the last.
extension ScenarioScript {
    /// The operation and the outcome of a key that the first event and the last can have; `nil` for any other.
    static func outer(_ key: String) -> (operation: OrderOperation, outcome: Outcome)? {
        let words = key.split(separator: ".").map(String.init)
        guard words.count == 2, let operation = OrderOperation(rawValue: words[0]), !operation.isRead,
            let outcome = Outcome(rawValue: words[1])
        else { return nil }
        return (operation, outcome)
    }

    /// An event of a subscription that has no other, with that key.
    mutating func outer(_ name: String, _ key: String) -> ScenarioEvent {
        let (operation, outcome) = Self.outer(key) ?? (.createSubscription, .succeeded)
        switch outcome {
        case .succeeded: return expecting(.answer, name, version: 1, state: .active, operation)
        case .rejected: return rejection(.answer, name, version: 1, state: .active, code: Self.code(operation))
        case .previewed: return preview(.answer, name, version: 1, state: .active)
        case .deadLettered: return deadLetter(.answer, name)
        }
    }

    private static func code(_ operation: OrderOperation) -> RejectionCode {
        operation == .convertTrial ? .notATrial : .trialNotConverted
    }
}
