extension Lifecycle {
    /// The publisher's version against the subscription's: behind waits, past is refused.
    func checkVersion(
        of command: ChangeCommand,
        on subscription: Subscription?,
        _ patience: Patience
    ) throws(Refusal) {
        guard let expected = command.expectedVersion else { return }
        let current = subscription?.version ?? 0
        guard expected != current else { return }
        let observed: [String: Fact] = ["version": .count(current)]
        let required: [String: Fact] = ["version": .count(expected)]
        if expected < current || command.creates {
            throw .rejected(
                .versionMismatch,
                "The command expects version \(expected), the subscription is at version \(current).",
                observed: observed,
                required: required
            )
        }
        switch patience {
        case .left: throw .premature(.behind(expected: expected, current: current))
        case .exhausted:
            throw .rejected(
                .predecessorTimeout,
                "The subscription stayed at version \(current); the command that brings version \(expected) did not come in time.",
                observed: observed,
                required: required
            )
        }
    }

    /// The cell of the transition table and its guards.
    func checkState(
        of command: ChangeCommand,
        on subscription: Subscription?,
        _ state: SubscriptionState,
        _ today: LocalDate,
        _ patience: Patience
    ) throws(Refusal) {
        guard let column = command.operation.column else { return }
        switch table[state, column] {
        case .ends: return
        case .leads(to: _, let guards):
            guard let subscription else { return }
            for guarded in guards {
                try check(guarded, command, subscription, state, today)
            }
        case .rejects(let code):
            guard state == .absent else { throw .rejected(stateRejection(code, command, state)) }
            switch patience {
            case .left: throw .premature(.absent)
            case .exhausted:
                throw .rejected(
                    stateRejection(command.expectedVersion == nil ? code : .predecessorTimeout, command, state)
                )
            }
        }
    }

    private func check(
        _ guarded: TransitionTable.GuardedCode,
        _ command: ChangeCommand,
        _ subscription: Subscription,
        _ state: SubscriptionState,
        _ today: LocalDate
    ) throws(Refusal) {
        switch guarded.condition {
        case .notEndingWithTerm:
            guard subscription.endsWithTerm else { return }
            var rejection = stateRejection(guarded.otherwise, command, state)
            rejection.observed["endsWithTerm"] = .flag(true)
            rejection.required["endsWithTerm"] = .flag(false)
            throw .rejected(rejection)
        case .withinConversionWindow:
            try checkWindow(policies.conversionWindow, guarded.otherwise, command, subscription, state, today)
        case .withinRenewalGrace:
            try checkWindow(policies.renewalGrace, guarded.otherwise, command, subscription, state, today)
        }
    }

    private func checkWindow(
        _ window: Window,
        _ code: RejectionCode,
        _ command: ChangeCommand,
        _ subscription: Subscription,
        _ state: SubscriptionState,
        _ today: LocalDate
    ) throws(Refusal) {
        let end = subscription.entitlement.term.end
        guard !window.contains(today, after: end), let end, let last = window.lastDay(after: end) else { return }
        var rejection = stateRejection(code, command, state)
        rejection.observed["term.end"] = .date(end)
        rejection.observed["today"] = .date(today)
        rejection.required["today"] = .text("at most \(last), \(window.days) days after the end")
        throw .rejected(rejection)
    }

    /// A refusal by the table: names the state that was seen.
    func stateRejection(_ code: RejectionCode, _ command: ChangeCommand, _ state: SubscriptionState) -> Rejection {
        Rejection(
            code,
            code.sentence(for: command.subscriptionID, command.operation),
            observed: ["state": .text(state.rawValue)],
            required: ["state": .text(legalStates(for: command.operation))]
        )
    }

    /// The states in which the table lets a command of that operation go on: `active or lapsed`.
    private func legalStates(for operation: OrderOperation) -> String {
        SubscriptionState.allCases.filter { state in
            guard let column = operation.column else { return false }
            return switch table[state, column] {
            case .leads, .ends: true
            case .rejects: false
            }
        }.map(\.rawValue).joined(separator: " or ")
    }

    /// What the look-ups in EMS found, last of all checks.
    func checkFindings(for command: ChangeCommand, _ findings: Findings) throws(Refusal) {
        if case .missing(let reason) = findings.customer {
            throw .rejected(.customerNotFound, "EMS has no such customer: \(reason).")
        }
        if case .missing(let reason) = findings.channelPartner {
            throw .rejected(.channelPartnerNotFound, "EMS has no such channel partner: \(reason).")
        }
        for line in command.addedLines {
            let observed: [String: Fact] = [
                "lineId": .text(line.lineID.description), "product": .text(line.product.description),
            ]
            switch findings.products[line.product] {
            case .enabled, nil: continue
            case .missing:
                throw .rejected(
                    .productNotFound,
                    "The catalogue has no product \(line.product) (line item \(line.lineID)).",
                    observed: observed
                )
            case .notEnabled(let state):
                throw .rejected(
                    .productNotEnabled,
                    "The product \(line.product) (line item \(line.lineID)) is in state \(state); enable it in EMS first.",
                    observed: observed.merging(["productState": .text(state)]) { $1 },
                    required: ["productState": .text("ENABLE")]
                )
            }
        }
    }
}

extension RejectionCode {
    /// A sentence for a person, for the codes that the transition table gives.
    func sentence(for id: SubscriptionID, _ operation: OrderOperation) -> String {
        switch self {
        case .subscriptionExists: "Subscription \(id) is there already; \(operation.rawValue) needs a name of its own."
        case .subscriptionNotFound: "There is no subscription \(id)."
        case .subscriptionCancelled: "Subscription \(id) is cancelled; nothing more can be done with it."
        case .subscriptionSuspended: "Subscription \(id) is disabled in EMS; enable it there first."
        case .subscriptionLapsed: "Subscription \(id) has ended and can't be renewed any more; create a new one."
        case .trialNotConverted: "Subscription \(id) is a trial; convert it first."
        case .trialExpired: "The trial \(id) has ended and can't be converted any more; create a subscription."
        case .notATrial: "Subscription \(id) is not a trial."
        case .cancellationScheduled: "Subscription \(id) is to end with its term; withdraw the cancellation first."
        case .predecessorTimeout: "There is no subscription \(id); the command that creates it did not come in time."
        case .noCancellationScheduled: "Subscription \(id) has no cancellation to withdraw."
        case .emsConflict, .termNotExtended, .termInvalid, .lineItemExists, .lineItemNotFound, .lineItemNotIncreased,
            .lineItemNotReduced, .noLineItemsLeft, .quantityBelowActivated, .productNotFound, .productNotEnabled,
            .customerNotFound, .channelPartnerNotFound, .entitlementNotFound, .versionMismatch, .emsRefused:
            "The command \(operation.rawValue) for \(id) is refused: \(rawValue)."
        }
    }
}
