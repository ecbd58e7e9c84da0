extension Scene {
    /// cancel-subscription: closes now, marks to end with the term, or takes the mark away.
    ///
    /// What has ended already (trial-expired, lapsed) and what is out of force (suspended: EMS updates no disabled
    /// entitlement, so no mark could be kept) is closed at once.
    func cancel(_ effect: CancellationEffect, _ subscription: Subscription) throws(Refusal) -> Decision {
        switch effect.consequence(on: state) {
        case .closes: return close(subscription)
        case .marks: return mark(subscription, endsWithTerm: true)
        case .withdraws where subscription.endsWithTerm: return mark(subscription, endsWithTerm: false)
        case .withdraws(otherwise: let code), .rejects(let code):
            throw .rejected(
                code,
                code.sentence(for: command.subscriptionID, command.operation),
                observed: [
                    "state": .text(state.rawValue), "endsWithTerm": .flag(subscription.endsWithTerm),
                ],
                required: ["endsWithTerm": .flag(true)]
            )
        }
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
