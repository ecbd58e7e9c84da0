import SubscriptionLifecycle

extension ContractDocuments {
    /// The transition table of the running code, cell by cell.
    static var lifecycle: Document {
        let document: JSON = [
            "description": .string(lifecycleNote),
            "states": .array(
                SubscriptionState.allCases.map { ["state": .string($0.rawValue), "meaning": .string($0.meaning)] }
            ),
            "commands": .array(
                TransitionTable.Column.allCases.map { column in
                    let operations = OrderOperation.allCases.filter { $0.column == column }
                    return [
                        "command": .string(column.rawValue),
                        "operations": .array(operations.map { .string($0.rawValue) }),
                    ]
                }
            ),
            "guards": .array(
                TransitionTable.Guard.allCases.map { ["guard": .string($0.rawValue), "meaning": .string($0.meaning)] }
            ),
            "time": .array(
                SubscriptionState.allCases.compactMap { state in
                    state.afterItsTerm.map {
                        ["from": .string(state.rawValue), "to": .string($0.rawValue), "when": "its term has ended"]
                    }
                }
            ),
            "transitions": .array(
                SubscriptionState.allCases.flatMap { state in
                    TransitionTable.Column.allCases.map { transition(from: state, $0) }
                }
            ),
            "checks": .array(Check.Name.allCases.map(\.json)),
            "rejections": .array(
                RejectionCode.allCases.map {
                    ["code": .string($0.rawValue), "meaning": .string($0.explanation.meaning)]
                }
            ),
        ]
        return ("lifecycle.json", document.prettyText)
    }

    private static let lifecycleNote = """
        transitions: what a command does in each state. to is where it leads while today is within the new term; where \
        the new term has ended already (a term in the past, a renewal that still ends before today) it leads on at once, \
        as time says: to lapsed in place of active, to trial-expired in place of trial. An effect's otherwise is the \
        code when there is no mark to take away. checks: what is asked of every \
        command, in this order, line items line by line; the first that doesn't hold rejects with one of otherwise, and \
        guards of a preview show how far it got. rejections: every code; ems-conflict, ems-refused and \
        entitlement-not-found are no check's, but what EMS answers. What to do about each: codes.json.
        """

    private static func transition(from state: SubscriptionState, _ column: TransitionTable.Column) -> JSON {
        var object = JSON.Object()
        object.append("from", state.rawValue)
        object.append("command", column.rawValue)
        switch TransitionTable.contract[state, column] {
        case .leads(let next, let guards):
            object.append("to", next.rawValue)
            let list = guards.map { guarded -> JSON in
                ["guard": .string(guarded.condition.rawValue), "otherwise": .string(guarded.otherwise.rawValue)]
            }
            object.append("guards", list.isEmpty ? nil : .array(list))
        case .ends(let endings): object.append("effects", effects(endings, on: state))
        case .rejects(let code): object.append("rejects", code.rawValue)
        }
        return .object(object)
    }
}

extension ContractDocuments {
    /// Where each effect of a cancellation leads.
    private static func effects(
        _ endings: [CancellationEffect: TransitionTable.Ending],
        on state: SubscriptionState
    ) -> JSON {
        let members = CancellationEffect.allCases.compactMap { effect in
            endings[effect].map { JSON.Object.Member(effect.rawValue, json($0, on: state)) }
        }
        return .object(JSON.Object(members))
    }

    private static func json(_ ending: TransitionTable.Ending, on state: SubscriptionState) -> JSON {
        switch ending {
        case .closes: ["to": .string(SubscriptionState.cancelled.rawValue)]
        case .marks: ["to": .string(state.rawValue), "endsWithTerm": true]
        case .withdraws(let code):
            ["to": .string(state.rawValue), "endsWithTerm": false, "otherwise": .string(code.rawValue)]
        case .keepsMark(let code, let otherwise):
            ["rejects": .string(code.rawValue), "otherwise": .string(otherwise.rawValue)]
        }
    }
}

extension SubscriptionState {
    var meaning: String {
        switch self {
        case .absent: "There is no entitlement of that name."
        case .trial: "A trial within its term."
        case .trialExpired: "A trial past its end."
        case .active: "Paid, within its term."
        case .lapsed: "Paid, past its end."
        case .suspended: "Disabled in EMS by hand."
        case .cancelled: "Closed; final."
        }
    }
}

extension TransitionTable.Guard {
    var meaning: String {
        switch self {
        case .withinConversionWindow:
            "At most CONVERSION_WINDOW (default \(LifecyclePolicies().conversionWindow.days) days) after the trial's end."
        case .withinRenewalGrace:
            "At most RENEWAL_GRACE (default \(LifecyclePolicies().renewalGrace.days) days) after the term's end."
        case .notEndingWithTerm: "Not marked to end with its term."
        }
    }
}
