/// One command against one state on one day: the rules of each operation are extensions of it.
struct Scene {
    let command: ChangeCommand
    /// `nil` when there is none of that name.
    let subscription: Subscription?
    let state: SubscriptionState
    let lastVersion: Int
    let findings: Findings
    let today: LocalDate
    let patience: Patience
    let policies: LifecyclePolicies
    let table: TransitionTable
    /// Set when somebody wants to know how the verdict came about.
    let trace: Trace?

    /// What the rules say.
    func verdict() -> Verdict {
        do throws(Refusal) {
            try checkNotCancelled()
            try checkVersion()
            try checkState()
            let decision = try action()
            try checkFindings()
            return .change(decision)
        } catch {
            return switch error {
            case .rejected(let rejection): .rejected(rejection)
            case .premature(let prematurity): .premature(prematurity)
            }
        }
    }

    private func action() throws(Refusal) -> Decision {
        switch command.action {
        case .create(let create): return try self.create(create)
        case .startTrial(let trial): return try startTrial(trial)
        case .convert(let conversion): return try convert(conversion, present())
        case .renew(let renewal): return try renew(renewal, LineItemChanges(), .none, present())
        case .upsell(let renewal, let lines): return try renew(renewal, lines, .upwards, present())
        case .reduce(let renewal, let lines): return try renew(renewal, lines, .downwards, present())
        case .cancel(let effect): return try cancel(effect, present())
        }
    }

    /// The state check has let only creating commands through for an absent subscription; this says so to the types.
    private func present() throws(Refusal) -> Subscription {
        guard let subscription else { throw refuse(.state, .rejected(stateRejection(.subscriptionNotFound))) }
        return subscription
    }

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
        let last = try inCalendar(length.lastDay(from: start))
        try require(
            .termInOrder,
            last >= start,
            observed: ["term.start": .date(start), "term.end": .date(last)],
            required: ["term.end": .text("at least \(start)")],
            else: .termInvalid,
            "The term would end on \(last), before it starts on \(start)."
        )
        return last
    }

    /// The day, unless the term leads out of the years 1 to 9999.
    func inCalendar(_ end: LocalDate?) throws(Refusal) -> LocalDate {
        try require(
            .termInCalendar,
            end != nil,
            observed: ["term.end": end.map(Fact.date) ?? .text("after 9999-12-31")],
            required: ["term.end": .text("at most 9999-12-31")],
            else: .termInvalid,
            "The term would end after the year 9999."
        )
        // What isn't there was refused above.
        return end ?? today
    }
}
