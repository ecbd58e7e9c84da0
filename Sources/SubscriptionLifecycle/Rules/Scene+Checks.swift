extension Scene {
    /// What is cancelled stays so.
    func checkNotCancelled() throws(Refusal) {
        guard state == .cancelled else {
            trace?.note(
                Check(
                    .notCancelled,
                    isHeld: true,
                    observed: ["state": .text(state.rawValue)],
                    required: ["state": .text("not \(SubscriptionState.cancelled.rawValue)")]
                )
            )
            return
        }
        throw refuse(.notCancelled, .rejected(stateRejection(.subscriptionCancelled)))
    }

    /// The publisher's version against the subscription's: behind waits, past is refused.
    func checkVersion() throws(Refusal) {
        let current = subscription?.version ?? 0
        guard let expected = command.expectedVersion, expected != current else {
            trace?.note(
                Check(
                    .version,
                    isHeld: true,
                    observed: ["version": .count(current)],
                    required: ["version": command.expectedVersion.map(Fact.count) ?? .text("any")]
                )
            )
            return
        }
        let observed: [String: Fact] = ["version": .count(current)]
        let required: [String: Fact] = ["version": .count(expected)]
        if expected < current || command.creates {
            throw refuse(
                .version,
                .rejected(
                    .versionMismatch,
                    "The command expects version \(expected), the subscription is at version \(current).",
                    observed: observed,
                    required: required
                )
            )
        }
        switch patience {
        case .left:
            trace?.note(Check(.version, isHeld: false, observed: observed, required: required))
            throw .premature(.behind(expected: expected, current: current))
        case .exhausted:
            throw refuse(
                .version,
                .rejected(
                    .predecessorTimeout,
                    "The subscription stayed at version \(current); the command that brings version \(expected) did not come in time.",
                    observed: observed,
                    required: required
                )
            )
        }
    }

    /// The cell of the transition table and its guards.
    func checkState() throws(Refusal) {
        guard let column = command.operation.column else { return }
        switch table[state, column] {
        case .ends: noteState(isHeld: true)
        case .leads(to: _, let guards):
            noteState(isHeld: true)
            guard let subscription else { return }
            for guarded in guards { try check(guarded, subscription) }
        case .rejects(let code):
            guard state == .absent else { throw refuse(.state, .rejected(stateRejection(code))) }
            switch patience {
            case .left:
                noteState(isHeld: false)
                throw .premature(.absent)
            case .exhausted:
                let isNumbered = command.expectedVersion != nil
                throw refuse(.state, .rejected(stateRejection(isNumbered ? .predecessorTimeout : code)))
            }
        }
    }

    private func noteState(isHeld: Bool) {
        trace?.note(Check(.state, isHeld: isHeld, observed: observedState, required: requiredState))
    }

    private func check(_ guarded: TransitionTable.GuardedCode, _ subscription: Subscription) throws(Refusal) {
        switch guarded.condition {
        case .notEndingWithTerm:
            try require(
                .notEndingWithTerm,
                !subscription.endsWithTerm,
                observed: observedState.merging(["endsWithTerm": .flag(subscription.endsWithTerm)]) { $1 },
                required: requiredState.merging(["endsWithTerm": .flag(false)]) { $1 },
                else: guarded.otherwise,
                guarded.otherwise.sentence(for: command.subscriptionID, command.operation)
            )
        case .withinConversionWindow:
            try checkWindow(.withinConversionWindow, policies.conversionWindow, guarded.otherwise, subscription)
        case .withinRenewalGrace:
            try checkWindow(.withinRenewalGrace, policies.renewalGrace, guarded.otherwise, subscription)
        }
    }

    private func checkWindow(
        _ name: Check.Name,
        _ window: Window,
        _ code: RejectionCode,
        _ subscription: Subscription
    ) throws(Refusal) {
        guard let end = subscription.entitlement.term.end, let last = window.lastDay(after: end) else { return }
        try require(
            name,
            window.contains(today, after: end),
            observed: observedState.merging(["term.end": .date(end), "today": .date(today)]) { $1 },
            required: requiredState.merging(["today": .text("at most \(last), \(window.days) days after the end")]) {
                $1
            },
            else: code,
            code.sentence(for: command.subscriptionID, command.operation)
        )
    }

    /// A refusal by the table: names the state that was seen.
    func stateRejection(_ code: RejectionCode) -> Rejection {
        Rejection(
            code,
            code.sentence(for: command.subscriptionID, command.operation),
            observed: observedState,
            required: requiredState
        )
    }

    private var observedState: [String: Fact] { ["state": .text(state.rawValue)] }

    /// The states in which the table lets a command of that operation go on: `active or lapsed`.
    private var requiredState: [String: Fact] {
        let states = SubscriptionState.allCases.filter { state in
            guard let column = command.operation.column else { return false }
            return switch table[state, column] {
            case .leads, .ends: true
            case .rejects: false
            }
        }
        return ["state": .text(states.map(\.rawValue).joined(separator: " or "))]
    }

    /// What the look-ups in EMS found, last of all checks.
    func checkFindings() throws(Refusal) {
        if let customer = findings.customer {
            try require(
                .customerKnown,
                customer.isUsable,
                observed: ["customer": .text(customer.words)],
                required: ["customer": .text("found, or named so that it can be created")],
                else: .customerNotFound,
                "EMS has no such customer: \(customer.words)."
            )
        }
        if let partner = findings.channelPartner {
            try require(
                .channelPartnerKnown,
                partner.isUsable,
                observed: ["channelPartner": .text(partner.words)],
                required: ["channelPartner": .text("found")],
                else: .channelPartnerNotFound,
                "EMS has no such channel partner: \(partner.words)."
            )
        }
        for line in command.addedLines {
            let product = line.product
            // Without a finding, EMS has the last word.
            guard let finding = findings.products[product] else { continue }
            try require(
                .productEnabled,
                finding == .enabled,
                observed: [
                    "lineId": .text(line.lineID.description), "product": .text(product.description),
                    "productState": .text(finding.state),
                ],
                required: ["productState": .text(Findings.ProductFinding.enabled.state)],
                else: finding == .missing ? .productNotFound : .productNotEnabled,
                finding == .missing
                    ? "The catalogue has no product \(product) (line item \(line.lineID))."
                    : "The product \(product) (line item \(line.lineID)) is in state \(finding.state); enable it in EMS first."
            )
        }
    }
}

extension Findings.PartyFinding {
    fileprivate var isUsable: Bool {
        switch self {
        case .found, .willBeCreated: true
        case .missing: false
        }
    }

    /// For messages to people.
    public var words: String {
        switch self {
        case .found: "found"
        case .willBeCreated: "not found, will be created"
        case .missing(let reason): reason
        }
    }
}

extension Findings.ProductFinding {
    /// As EMS has it; `missing` when it isn't there.
    public var state: String {
        switch self {
        case .enabled: "ENABLE"
        case .notEnabled(let state): state
        case .missing: "missing"
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
        case .subscriptionLapsed where operation == .cancelSubscription:
            "Subscription \(id) has ended with its term; it is too late to withdraw the cancellation."
        case .subscriptionLapsed: "Subscription \(id) has ended and can't be renewed any more; create a new one."
        case .trialNotConverted: "Subscription \(id) is a trial; convert it first."
        case .trialExpired where operation == .cancelSubscription:
            "The trial \(id) has ended with its term; it is too late to withdraw the cancellation."
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
