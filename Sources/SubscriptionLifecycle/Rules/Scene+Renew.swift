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
        try require(
            .termHasEnd,
            oldEnd != nil,
            observed: ["term.end": oldEnd.map(Fact.date) ?? .text("never")],
            required: ["term.end": .text("a day")],
            else: .termNotExtended,
            "The subscription never expires; there is no end to extend."
        )
        // What isn't there was refused above.
        let oldEnd = oldEnd ?? today
        let last = try inCalendar(renewal.lastDay(after: oldEnd, today: today))
        try require(
            .termExtended,
            last > oldEnd,
            observed: ["term.end": .date(oldEnd), "newEnd": .date(last)],
            required: ["term.end": .text("after \(oldEnd)")],
            else: .termNotExtended,
            "The new end \(last) is not after the old end \(oldEnd)."
        )
        return last
    }

    /// A line that an upsell adds is in force from today, within the header's term.
    private func startOfAddedLines(after term: Entitlement.Term) -> LocalDate {
        max(today, term.start ?? today)
    }
}
