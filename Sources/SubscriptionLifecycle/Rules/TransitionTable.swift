/// The legal life of a subscription, as one value: for each state and kind of command, where it leads or why not.
public struct TransitionTable: Hashable, Sendable {
    /// The columns: what a command is, as far as the table is concerned.
    public enum Column: String, CaseIterable, Hashable, Sendable, Codable {
        /// create-subscription
        case create
        /// start-trial
        case startTrial = "start-trial"
        /// convert-trial
        case convert
        /// renew-subscription, renew-with-upsell, renew-with-reduced-tier
        case renew
        /// cancel-subscription
        case cancel
    }

    /// A condition on an otherwise legal transition, with the code of its refusal.
    public enum Guard: String, CaseIterable, Hashable, Sendable, Codable {
        /// A trial may be converted until some days after its end.
        case withinConversionWindow = "within-conversion-window"
        /// A subscription may be renewed until some days after its end.
        case withinRenewalGrace = "within-renewal-grace"
        /// What is marked to end with its term gets no other.
        case notEndingWithTerm = "not-ending-with-term"
    }

    /// One cell.
    public enum Cell: Hashable, Sendable {
        /// Legal: leads to that state if every guard holds, else the guard's code.
        case leads(to: SubscriptionState, guards: [GuardedCode])
        /// Legal, and the effect that the command asks for says where it leads.
        case ends([CancellationEffect: Ending])
        /// Refused with that code.
        case rejects(RejectionCode)
    }

    /// What a cancellation does to one state.
    public enum Ending: Hashable, Sendable {
        /// Closes it at once, for ever.
        case closes
        /// Marks it to end with its term; marking twice changes nothing.
        case marks
        /// Takes the mark away; the code when there is none.
        case withdraws(otherwise: RejectionCode)
        /// Keeps the mark and refuses with that code; the other code when there is no mark.
        case keepsMark(because: RejectionCode, otherwise: RejectionCode)
    }

    /// A guard and the code of its refusal in one cell.
    public struct GuardedCode: Hashable, Sendable {
        /// The condition.
        public var condition: Guard
        /// The code when it doesn't hold.
        public var otherwise: RejectionCode
    }

    /// Every state has every column.
    public let rows: [SubscriptionState: [Column: Cell]]

    /// The cell for a state and a kind of command.
    public subscript(state: SubscriptionState, column: Column) -> Cell {
        rows[state]?[column] ?? .rejects(.subscriptionNotFound)
    }

    /// What that effect does to that state; `nil` where the table ends nothing, which the state check lets nobody reach.
    func ending(of effect: CancellationEffect, in state: SubscriptionState) -> Ending? {
        guard case .ends(let endings) = self[state, .cancel] else { return nil }
        return endings[effect]
    }

    /// The states from which a mark can be taken away.
    var statesThatWithdraw: [SubscriptionState] {
        SubscriptionState.allCases.filter { state in
            switch ending(of: .withdraw, in: state) {
            case .withdraws: true
            case .closes, .marks, .keepsMark, nil: false
            }
        }
    }

    /// Only what is in force has a term to end with.
    private static let ofWhatIsInForce: [CancellationEffect: Ending] = [
        .immediately: .closes,
        .endOfTerm: .marks,
        .withdraw: .withdraws(otherwise: .noCancellationScheduled),
    ]

    /// What has ended already closes at once, and its mark has done what it was set for.
    ///
    /// So does what is disabled: EMS updates no disabled entitlement, so no mark could be set or taken away.
    private static func ofWhatIsNotInForce(_ code: RejectionCode) -> [CancellationEffect: Ending] {
        [
            .immediately: .closes,
            .endOfTerm: .closes,
            .withdraw: .keepsMark(because: code, otherwise: .noCancellationScheduled),
        ]
    }

    /// The table of the contract.
    public static let contract = TransitionTable(rows: [
        .absent: [
            .create: .leads(to: .active, guards: []),
            .startTrial: .leads(to: .trial, guards: []),
            .convert: .rejects(.subscriptionNotFound),
            .renew: .rejects(.subscriptionNotFound),
            .cancel: .rejects(.subscriptionNotFound),
        ],
        .trial: [
            .create: .rejects(.subscriptionExists),
            .startTrial: .rejects(.subscriptionExists),
            .convert: .leads(
                to: .active,
                guards: [GuardedCode(condition: .notEndingWithTerm, otherwise: .cancellationScheduled)]
            ),
            .renew: .rejects(.trialNotConverted),
            .cancel: .ends(ofWhatIsInForce),
        ],
        .trialExpired: [
            .create: .rejects(.subscriptionExists),
            .startTrial: .rejects(.subscriptionExists),
            .convert: .leads(
                to: .active,
                guards: [
                    GuardedCode(condition: .notEndingWithTerm, otherwise: .trialExpired),
                    GuardedCode(condition: .withinConversionWindow, otherwise: .trialExpired),
                ]
            ),
            .renew: .rejects(.trialNotConverted),
            .cancel: .ends(ofWhatIsNotInForce(.trialExpired)),
        ],
        .active: [
            .create: .rejects(.subscriptionExists),
            .startTrial: .rejects(.subscriptionExists),
            .convert: .rejects(.notATrial),
            .renew: .leads(
                to: .active,
                guards: [GuardedCode(condition: .notEndingWithTerm, otherwise: .cancellationScheduled)]
            ),
            .cancel: .ends(ofWhatIsInForce),
        ],
        .lapsed: [
            .create: .rejects(.subscriptionExists),
            .startTrial: .rejects(.subscriptionExists),
            .convert: .rejects(.notATrial),
            .renew: .leads(
                to: .active,
                guards: [
                    GuardedCode(condition: .notEndingWithTerm, otherwise: .subscriptionLapsed),
                    GuardedCode(condition: .withinRenewalGrace, otherwise: .subscriptionLapsed),
                ]
            ),
            .cancel: .ends(ofWhatIsNotInForce(.subscriptionLapsed)),
        ],
        .suspended: [
            .create: .rejects(.subscriptionExists),
            .startTrial: .rejects(.subscriptionExists),
            .convert: .rejects(.subscriptionSuspended),
            .renew: .rejects(.subscriptionSuspended),
            .cancel: .ends(ofWhatIsNotInForce(.subscriptionSuspended)),
        ],
        .cancelled: [
            .create: .rejects(.subscriptionCancelled),
            .startTrial: .rejects(.subscriptionCancelled),
            .convert: .rejects(.subscriptionCancelled),
            .renew: .rejects(.subscriptionCancelled),
            .cancel: .rejects(.subscriptionCancelled),
        ],
    ])
}

extension OrderOperation {
    /// The column of the transition table; `nil` for reads.
    public var column: TransitionTable.Column? {
        switch self {
        case .createSubscription: .create
        case .startTrial: .startTrial
        case .convertTrial: .convert
        case .renewSubscription, .renewWithUpsell, .renewWithReducedTier: .renew
        case .cancelSubscription: .cancel
        case .viewEntitlement, .syncEntitlements: nil
        }
    }
}
