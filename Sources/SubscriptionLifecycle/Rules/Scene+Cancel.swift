extension Scene {
    /// cancel-subscription: closes now, marks to end with the term, or takes the mark away, as the table says.
    func cancel(_ effect: CancellationEffect, _ subscription: Subscription) throws(Refusal) -> Decision {
        switch table.ending(of: effect, in: state) {
        case .closes: return close(subscription)
        case .marks: return mark(subscription, endsWithTerm: true)
        case .withdraws(let otherwise):
            try require(
                .cancellationScheduled,
                subscription.endsWithTerm,
                observed: observedMark(subscription),
                required: requiredMark,
                else: otherwise,
                otherwise.sentence(for: command.subscriptionID, command.operation)
            )
            return mark(subscription, endsWithTerm: false)
        case .keepsMark(let code, let otherwise):
            let reason = subscription.endsWithTerm ? code : otherwise
            throw refuse(
                .cancellationScheduled,
                .rejected(
                    reason,
                    reason.sentence(for: command.subscriptionID, command.operation),
                    observed: observedMark(subscription),
                    required: requiredMark
                )
            )
        case nil: throw refuse(.state, .rejected(stateRejection(.subscriptionNotFound)))
        }
    }

    private func observedMark(_ subscription: Subscription) -> [String: Fact] {
        ["state": .text(state.rawValue), "endsWithTerm": .flag(subscription.endsWithTerm)]
    }

    /// A mark, in a state in which it can be taken away.
    private var requiredMark: [String: Fact] {
        [
            "state": .text(table.statesThatWithdraw.map(\.rawValue).joined(separator: " or ")),
            "endsWithTerm": .flag(true),
        ]
    }

    private func close(_ subscription: Subscription) -> Decision {
        decision(
            version: subscription.version,
            kind: subscription.kind,
            endsWithTerm: subscription.endsWithTerm,
            end: subscription.entitlement.term.end,
            .close(
                Change(
                    .state,
                    from: .text(subscription.entitlement.state.rawValue),
                    to: .text(Entitlement.State.closed.rawValue)
                )
            )
        )
    }

    /// Marking twice succeeds with no changes.
    private func mark(_ subscription: Subscription, endsWithTerm: Bool) -> Decision {
        let entitlement = subscription.entitlement
        let isSet = subscription.endsWithTerm == endsWithTerm
        let changes =
            isSet
            ? []
            : [markChange(policies.attributeNames.endsWithTerm, entitlement, to: String(endsWithTerm))].compactMap(
                \.self
            )
                + referenceChanges(entitlement)
        return decision(
            version: subscription.version,
            kind: subscription.kind,
            endsWithTerm: endsWithTerm,
            end: entitlement.term.end,
            .update(changes)
        )
    }
}
