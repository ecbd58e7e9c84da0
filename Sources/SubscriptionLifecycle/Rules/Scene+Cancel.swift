extension Scene {
    /// cancel-subscription: closes now, marks to end with the term, or takes the mark away, as the table says.
    func cancel(_ ending: TransitionTable.Ending, _ subscription: Subscription) throws(Refusal) -> Decision {
        switch ending {
        case .closes: return close(subscription)
        case .marks: return mark(subscription, endsWithTerm: true)
        case .withdraws(let code):
            guard subscription.endsWithTerm else { throw nothingToWithdraw(code, subscription) }
            return mark(subscription, endsWithTerm: false)
        case .rejects(let code): throw nothingToWithdraw(code, subscription)
        }
    }

    private func nothingToWithdraw(_ code: RejectionCode, _ subscription: Subscription) -> Refusal {
        .rejected(
            code,
            code.sentence(for: command.subscriptionID, command.operation),
            observed: ["state": .text(state.rawValue), "endsWithTerm": .flag(subscription.endsWithTerm)],
            required: ["endsWithTerm": .flag(true)]
        )
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
