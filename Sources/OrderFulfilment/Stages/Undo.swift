import Foundation
import Logging
import OrderMessages
import SubscriptionLifecycle

extension Line {
    /// Takes back what a command wrote before the rest of it was refused; answers `nil` when nothing of it is in EMS (any
    /// more), so that it may be rejected.
    ///
    /// All of it or nothing: half a command taken back would be a third state that nobody has ordered. When it can't be
    /// done now, the command waits as for any write, and begins with its decision again.
    func undo(
        _ parts: PartialApplication,
        _ context: ApplyContext,
        _ intents: ClaimedIntents
    ) async -> Attempt? {
        let calls = await intents.intents
        // What was true before the command called anything is somebody else's doing.
        let written = parts.applied.filter { change in calls.contains { $0.mentions(change.field) } }
        guard !written.isEmpty else { return nil }
        let inverse = written.compactMap(\.inverse)
        guard inverse.count == written.count else { return .final(.partial(parts)) }
        var decision = parts.decision
        decision.plan = .update(inverse)
        do throws(ApplyFailure) {
            _ = try await gateway.apply(decision, in: context, intents: intents)
            logger.notice(
                "took back what was written",
                metadata: ["command": "\(context.identity)", "reason": "\(parts.detail)"]
            )
            return nil
        } catch {
            switch error {
            case .transient(let reason, let retryAfter): return .transient(reason, retryAfter: retryAfter)
            case .unsettled(let reason, let until): return .final(.unsettled(reason, until: until, parts.turn))
            case .busy(let reason, let seconds):
                return .final(.busy(reason, until: timekeeper.now().addingTimeInterval(seconds), parts.turn))
            case .refused(_, let restored, _), .conflict(_, let restored, _):
                return .final(.partial(parts.without(restored, because: error)))
            }
        }
    }
}

extension Intent {
    /// Whether its call would have changed that field.
    fileprivate func mentions(_ field: Change.Field) -> Bool {
        effects.contains { $0.hasPrefix("\(field)=") }
    }
}

extension Change {
    /// The change that takes it back; `nil` where EMS knows no way back: a line can't be removed, what was closed stays
    /// closed, and what wasn't set can't be unset.
    fileprivate var inverse: Change? {
        switch field {
        case .line, .state: nil
        case .termStart, .termEnd, .orderID, .purchaseOrder, .attribute, .lineState, .lineStart, .lineEnd,
            .lineQuantity:
            base.map { Change(field, from: target, to: $0) }
        }
    }
}

extension PartialApplication {
    init(_ decided: Decided, _ detail: String, _ applied: [Change], _ missing: [Change]) {
        self.init(
            turn: decided.turn,
            decision: decided.decision,
            detail: detail,
            applied: applied,
            missing: missing
        )
    }

    /// Without what could be taken back before that failed.
    fileprivate func without(_ restored: [Change], because failure: ApplyFailure) -> PartialApplication {
        let fields = Set(restored.map(\.field))
        var left = self
        left.applied = applied.filter { !fields.contains($0.field) }
        left.missing = applied.filter { fields.contains($0.field) } + missing
        let reason =
            switch failure {
            case .refused(let refusal, _, _): "EMS refused that too: \(refusal.description)"
            case .conflict, .transient, .unsettled, .busy: "somebody else changed it"
            }
        left.detail += "; what was written could not be taken back, \(reason)"
        return left
    }
}
