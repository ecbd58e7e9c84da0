import SubscriptionLifecycle

/// One way from a state to a state: an arrow of the diagrams.
struct LifecycleStep: Hashable {
    enum Cause: Hashable {
        /// A command that the table lets through.
        case command
        /// The calendar.
        case time
        /// Somebody in EMS.
        case hand
    }

    var from: SubscriptionState
    var to: SubscriptionState
    var cause: Cause
    /// What brings it about: `convert`, `cancel end-of-term`.
    var name: String
    /// What must hold, all of it.
    var guards: [String] = []

    /// Every step of the transition table, of the effects of a cancellation and of the calendar, in the order of the states.
    static let all: [LifecycleStep] = SubscriptionState.allCases.flatMap { state in
        TransitionTable.Column.allCases.flatMap { steps(from: state, $0) }
            + (state.afterItsTerm.map { [LifecycleStep(from: state, to: $0, cause: .time, name: "the term ends")] }
                ?? [])
    }

    private static func steps(from state: SubscriptionState, _ column: TransitionTable.Column) -> [LifecycleStep] {
        switch TransitionTable.contract[state, column] {
        case .leads(let next, let guards):
            let names = guards.map(\.condition.rawValue)
            return [LifecycleStep(from: state, to: next, cause: .command, name: column.rawValue, guards: names)]
        case .ends(let endings):
            return CancellationEffect.allCases.compactMap { effect in
                let next: SubscriptionState? =
                    switch endings[effect] {
                    case .closes: .cancelled
                    case .marks, .withdraws: state
                    case .keepsMark, nil: nil
                    }
                return next.map {
                    LifecycleStep(from: state, to: $0, cause: .command, name: "\(column.rawValue) \(effect.rawValue)")
                }
            }
        case .rejects: return []
        }
    }
}
