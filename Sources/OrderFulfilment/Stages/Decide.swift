import OrderMessages
import SubscriptionLifecycle

/// A decision with the turn it belongs to.
struct Decided: Hashable, Sendable {
    var turn: Turn
    var decision: Decision
    /// What it was made on; `nil` when it was resumed.
    var snapshot: Snapshot?
}

extension Line {
    /// decide: pure.
    ///
    /// A decision of before stands; a new one comes from the lifecycle's rules.
    func decide(_ sight: Sight) throws(Failure) -> Decided {
        switch sight {
        case .resumed(let turn, let decision): return Decided(turn: turn, decision: decision, snapshot: nil)
        case .seen(let turn, let snapshot):
            let today = timekeeper.today()
            let verdict = lifecycle.decide(turn.command, on: snapshot, today: today, patience: turn.grant.patience)
            let inputs = DecisionInputs(
                today: today,
                patience: turn.grant.patience,
                policies: lifecycle.policies,
                content: turn.order.content,
                snapshot: snapshot
            )
            CaseNotes.current?.decided(on: inputs, verdict.words)
            switch verdict {
            case .change(let decision): return Decided(turn: turn, decision: decision, snapshot: snapshot)
            case .premature(let prematurity): throw .premature(prematurity, turn, snapshot.subscription?.known)
            case .rejected(let rejection):
                throw .rejected(
                    Refused(
                        order: turn.order,
                        grant: turn.grant,
                        rejection: rejection,
                        state: snapshot.subscription?.state(on: today) ?? .absent,
                        subscription: snapshot.subscription
                    )
                )
            }
        }
    }
}
