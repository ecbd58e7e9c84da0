extension Check {
    /// The contract's order of checks: the first that doesn't hold ends the decision.
    public enum Step: String, CaseIterable, Hashable, Sendable {
        /// What is cancelled stays so.
        case cancelled
        /// The version that the command expects.
        case version
        /// The transition table, its guards, and the mark that a cancellation takes away.
        case state
        /// The new dates.
        case term
        /// Which lines are named: those to remove, to add, to change, then what is left.
        case lineItems = "line items"
        /// The new totals, line by line.
        case quantities
        /// What EMS has of customer, partner and products.
        case lookUps = "look-ups in EMS"
    }
}

extension Check.Name {
    /// When it is asked; within a step in the order of the list, in the steps of line items line by line.
    public var step: Check.Step {
        switch self {
        case .notCancelled: .cancelled
        case .version: .version
        case .state, .notEndingWithTerm, .withinConversionWindow, .withinRenewalGrace, .cancellationScheduled: .state
        case .termHasEnd, .termInCalendar, .termInOrder, .termExtended: .term
        case .lineItemInForce, .lineItemNamedOnce, .lineItemNew, .lineItemsLeft: .lineItems
        case .quantityIncreased, .quantityReduced, .quantityCoversActivated: .quantities
        case .customerKnown, .channelPartnerKnown, .productEnabled: .lookUps
        }
    }

    /// The operations that it is asked for.
    public var operations: Set<OrderOperation> {
        switch self {
        case .notCancelled, .version, .state: Self.changing
        case .notEndingWithTerm: Self.operations(with: .notEndingWithTerm)
        case .withinConversionWindow: Self.operations(with: .withinConversionWindow)
        case .withinRenewalGrace: Self.operations(with: .withinRenewalGrace)
        case .cancellationScheduled: [.cancelSubscription]
        case .termHasEnd, .termExtended: Self.renewals
        case .termInCalendar: Self.changing.subtracting([.cancelSubscription])
        case .termInOrder: Self.creating.union([.convertTrial])
        case .lineItemInForce, .lineItemNamedOnce, .quantityCoversActivated:
            [.convertTrial, .renewWithUpsell, .renewWithReducedTier]
        case .lineItemNew, .productEnabled: Self.creating.union([.convertTrial, .renewWithUpsell])
        case .lineItemsLeft: Self.renewals.union([.convertTrial])
        case .quantityIncreased: [.renewWithUpsell]
        case .quantityReduced: [.renewWithReducedTier]
        case .customerKnown, .channelPartnerKnown: Self.creating
        }
    }

    /// The codes that a command is rejected with when it doesn't hold; which of them can end which operation, they tell
    /// themselves.
    public var codes: [RejectionCode] {
        switch self {
        case .notCancelled: [.subscriptionCancelled]
        case .version: [.versionMismatch, .predecessorTimeout]
        case .state: Self.codesOfStates
        case .notEndingWithTerm: Self.codes(of: .notEndingWithTerm)
        case .withinConversionWindow: Self.codes(of: .withinConversionWindow)
        case .withinRenewalGrace: Self.codes(of: .withinRenewalGrace)
        case .cancellationScheduled: Self.codesOfWithdrawals
        case .termHasEnd, .termExtended: [.termNotExtended]
        case .termInCalendar, .termInOrder: [.termInvalid]
        case .lineItemInForce: [.lineItemNotFound]
        case .lineItemNamedOnce, .lineItemNew: [.lineItemExists]
        case .lineItemsLeft: [.noLineItemsLeft]
        case .quantityIncreased: [.lineItemNotIncreased]
        case .quantityReduced: [.lineItemNotReduced]
        case .quantityCoversActivated: [.quantityBelowActivated]
        case .customerKnown: [.customerNotFound]
        case .channelPartnerKnown: [.channelPartnerNotFound]
        case .productEnabled: [.productNotFound, .productNotEnabled]
        }
    }
}

/// What the transition table says.
extension Check.Name {
    private static let changing = Set(OrderOperation.allCases.filter { !$0.isRead })
    private static let creating = Set(OrderOperation.allCases.filter(\.createsSubscription))
    private static let renewals = Set(OrderOperation.allCases.filter { $0.column == .renew })

    private static func guarded(
        by condition: TransitionTable.Guard
    ) -> [(column: TransitionTable.Column, code: RejectionCode)] {
        TransitionTable.contract.rows.values.flatMap { row in
            row.flatMap { column, cell -> [(TransitionTable.Column, RejectionCode)] in
                guard case .leads(to: _, let guards) = cell else { return [] }
                return guards.filter { $0.condition == condition }.map { (column, $0.otherwise) }
            }
        }
    }

    private static func operations(with condition: TransitionTable.Guard) -> Set<OrderOperation> {
        let columns = guarded(by: condition).map(\.column)
        return Set(OrderOperation.allCases.filter { operation in operation.column.map(columns.contains) ?? false })
    }

    private static func codes(of condition: TransitionTable.Guard) -> [RejectionCode] {
        let codes = guarded(by: condition).map(\.code)
        return RejectionCode.allCases.filter(codes.contains)
    }

    /// What a withdrawal is refused with, with a mark and without.
    private static var codesOfWithdrawals: [RejectionCode] {
        let table = TransitionTable.contract
        let codes = SubscriptionState.allCases.flatMap { state -> [RejectionCode] in
            switch table.ending(of: .withdraw, in: state) {
            case .withdraws(let otherwise): [otherwise]
            case .keepsMark(let code, let otherwise): [code, otherwise]
            case .closes, .marks, nil: []
            }
        }
        return RejectionCode.allCases.filter(codes.contains)
    }

    /// What is cancelled has a check of its own; what stays absent while a numbered command waits is a timeout.
    private static var codesOfStates: [RejectionCode] {
        let rows = TransitionTable.contract.rows.filter { $0.key != .cancelled }.values
        let codes = rows.flatMap(\.values).compactMap { cell in
            if case .rejects(let code) = cell { code } else { nil }
        }
        return RejectionCode.allCases.filter { codes.contains($0) || $0 == .predecessorTimeout }
    }
}
