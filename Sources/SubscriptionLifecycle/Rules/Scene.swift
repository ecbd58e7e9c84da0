/// One command against one state on one day: the rules of each operation are extensions of it.
struct Scene {
    let command: ChangeCommand
    let state: SubscriptionState
    let lastVersion: Int
    let today: LocalDate
    let policies: LifecyclePolicies

    /// A decision for this command.
    func decision(
        version: Int,
        kind: Subscription.Kind,
        endsWithTerm: Bool,
        end: LocalDate?,
        _ plan: Decision.Plan
    ) -> Decision {
        let next: SubscriptionState =
            if case .close = plan { .cancelled } else { Subscription.state(kind: kind, end: end, on: today) }
        return Decision(
            operation: command.operation,
            subscriptionID: command.subscriptionID,
            baseVersion: version,
            previousState: state,
            state: next,
            kind: kind,
            endsWithTerm: endsWithTerm,
            plan: plan
        )
    }

    /// refId1 and refId2, where the command brings others.
    func referenceChanges(_ entitlement: Entitlement) -> [Change] {
        [
            change(.orderID, from: entitlement.orderID, to: command.orderID),
            change(.purchaseOrder, from: entitlement.purchaseOrder, to: command.purchaseOrder),
        ].compactMap(\.self)
    }

    /// One of this project's marks, where the tenant has an attribute for it and it differs.
    func markChange(_ name: String?, _ entitlement: Entitlement, to target: String) -> Change? {
        name.flatMap { change(.attribute($0), from: entitlement.attributes[$0], to: target) }
    }

    private func change(_ field: Change.Field, from base: String?, to target: String?) -> Change? {
        guard let target, target != base else { return nil }
        return Change(field, from: base.map(Fact.text), to: .text(target))
    }

    /// The last day of a term of that length that begins on that day.
    func end(of length: TermLength, from start: LocalDate) throws(Refusal) -> LocalDate {
        guard let end = length.lastDay(from: start) else { throw outsideCalendar }
        guard end >= start else {
            throw .rejected(
                .termInvalid,
                "The term would end on \(end), before it starts on \(start).",
                observed: ["term.start": .date(start), "term.end": .date(end)],
                required: ["term.end": .text("at least \(start)")]
            )
        }
        return end
    }

    /// The term leads out of the years 1 to 9999.
    var outsideCalendar: Refusal {
        .rejected(
            .termInvalid,
            "The term would end after the year 9999.",
            required: ["term.end": .text("at most 9999-12-31")]
        )
    }
}
