extension Scene {
    /// convert-trial: new dates on the header and on every enabled line, lines changed, marked as paid.
    func convert(_ conversion: ConvertTrial, _ subscription: Subscription) throws(Refusal) -> Decision {
        let entitlement = subscription.entitlement
        let start = conversion.start ?? today
        let end = try end(of: conversion.length, from: start)
        let term = Entitlement.Term(start: start, end: end)
        let lines = try lineChanges(conversion.lineItems, .any, on: entitlement, term: term)
        let changes =
            termChanges(entitlement, to: term, keeping: lines.kept)
            + referenceChanges(entitlement)
            + [
                markChange(policies.attributeNames.orderType, entitlement, to: Subscription.orderType(.paid))
            ].compactMap(\.self)
            + lines.changes
        return decision(
            version: subscription.version,
            kind: .paid,
            endsWithTerm: false,
            end: end,
            .update(changes)
        )
    }

    /// New dates for the header and for the lines that stay in force; fields that are right already are left out.
    func termChanges(_ entitlement: Entitlement, to term: Entitlement.Term, keeping kept: [Entitlement.LineItem])
        -> [Change]
    {
        var changes: [Change] = []
        func move(_ field: Change.Field, from base: LocalDate?, to target: LocalDate?) {
            guard let target, target != base else { return }
            changes.append(Change(field, from: base.map(Fact.date), to: .date(target)))
        }
        move(.termStart, from: entitlement.term.start, to: term.start)
        move(.termEnd, from: entitlement.term.end, to: term.end)
        for line in kept {
            move(.lineStart(line.lineID), from: line.term.start, to: term.start)
            move(.lineEnd(line.lineID), from: line.term.end, to: term.end)
        }
        return changes
    }
}
