extension Scene {
    /// The three renewals: a next term; with upsell also more, with reduced tier also less.
    ///
    /// Starts are not moved.
    func renew(
        _ renewal: Renewal,
        _ lineItems: LineItemChanges,
        _ direction: LineDirection,
        _ subscription: Subscription
    ) throws(Refusal) -> Decision {
        let entitlement = subscription.entitlement
        let end = try end(of: renewal, after: entitlement.term.end)
        let added = Entitlement.Term(start: startOfAddedLines(after: entitlement.term), end: end)
        let lines = try lineChanges(lineItems, direction, on: entitlement, term: added)
        let changes =
            termChanges(entitlement, to: Entitlement.Term(start: nil, end: end), keeping: lines.kept)
            + referenceChanges(entitlement)
            + lines.changes
        return decision(
            version: subscription.version,
            kind: subscription.kind,
            endsWithTerm: subscription.endsWithTerm,
            end: end,
            .update(changes)
        )
    }

    /// Counted from the old end, or from today when the base says so and the old end has passed.
    private func end(of renewal: Renewal, after oldEnd: LocalDate?) throws(Refusal) -> LocalDate {
        guard let oldEnd else {
            throw .rejected(
                .termNotExtended,
                "The subscription never expires; there is no end to extend.",
                observed: ["term.end": .text("never")]
            )
        }
        guard let end = renewal.lastDay(after: oldEnd, today: today) else { throw outsideCalendar }
        guard end > oldEnd else {
            throw .rejected(
                .termNotExtended,
                "The new end \(end) is not after the old end \(oldEnd).",
                observed: ["term.end": .date(oldEnd)],
                required: ["term.end": .text("after \(oldEnd)")]
            )
        }
        return end
    }

    /// A line that an upsell adds is in force from today, within the header's term.
    private func startOfAddedLines(after term: Entitlement.Term) -> LocalDate {
        max(today, term.start ?? today)
    }
}
