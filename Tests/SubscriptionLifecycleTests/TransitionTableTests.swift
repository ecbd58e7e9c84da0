import SubscriptionLifecycle
import Testing

/// The table of the contract, typed here once more by hand: state, then create, start trial, convert, the three
/// renewals, cancel.
///
/// An arrow means legal.
private let contract: [(SubscriptionState, [String])] = [
    (.absent, ["→ active", "→ trial", "subscription-not-found", "subscription-not-found", "subscription-not-found"]),
    (.trial, ["subscription-exists", "subscription-exists", "→ active", "trial-not-converted", "→ cancelled"]),
    (.trialExpired, ["subscription-exists", "subscription-exists", "→ active", "trial-not-converted", "→ cancelled"]),
    (.active, ["subscription-exists", "subscription-exists", "not-a-trial", "→ active", "→ cancelled"]),
    (.lapsed, ["subscription-exists", "subscription-exists", "not-a-trial", "→ active", "→ cancelled"]),
    (
        .suspended,
        [
            "subscription-exists", "subscription-exists", "subscription-suspended", "subscription-suspended",
            "→ cancelled",
        ]
    ),
    (.cancelled, Array(repeating: "subscription-cancelled", count: 5)),
]

private func column(_ operation: OrderOperation) -> Int? {
    switch operation {
    case .createSubscription: 0
    case .startTrial: 1
    case .convertTrial: 2
    case .renewSubscription, .renewWithUpsell, .renewWithReducedTier: 3
    case .cancelSubscription: 4
    case .viewEntitlement, .syncEntitlements: nil
    }
}

@Suite("The transition table")
struct TransitionTableTests {
    @Test("Every state and command end as the contract says", arguments: contract.map(\.0), OrderOperation.allCases)
    func everyCell(state: SubscriptionState, operation: OrderOperation) throws {
        guard let column = column(operation), let action = action(operation) else {
            #expect(operation.isRead)
            return
        }
        let cell = try #require(contract.first { $0.0 == state }?.1[column])
        let verdict = decide(action, on: subscription(in: state))
        switch verdict {
        case .change(let decision):
            #expect(cell == "→ \(decision.state.rawValue)")
            #expect(decision.previousState == state)
        case .rejected(let rejection):
            #expect(cell == rejection.code.rawValue)
            #expect(!rejection.message.isEmpty)
        case .premature: Issue.record("nothing is premature once patience is over")
        }
    }

    @Test("The table has a cell for every state and column")
    func isComplete() {
        for state in SubscriptionState.allCases {
            #expect(TransitionTable.contract.rows[state]?.count == TransitionTable.Column.allCases.count)
        }
    }

    @Test("Every state of the fixtures is the state it claims to be", arguments: SubscriptionState.allCases)
    func fixtures(state: SubscriptionState) {
        #expect((subscription(in: state)?.state(on: today) ?? .absent) == state)
    }

    @Test("An entitlement still in DRAFT is not in force")
    func draft() {
        #expect(subscription(emsState: .draft).state(on: today) == .suspended)
    }

    @Test("One that never ends is active for ever")
    func endless() {
        #expect(subscription(end: nil).state(on: day("9999-12-31")) == .active)
    }
}

@Suite("Guards of the transition table")
struct GuardTests {
    @Test("A trial can be converted to the last day of the window and not after", arguments: [0, 1, 30])
    func conversionWindow(days: Int) throws {
        let end = try #require(today.adding(days: -days))
        let trial = subscription(kind: .trial, end: end.description)
        let convert = ChangeCommand.Action.convert(ConvertTrial(start: nil, length: .months(1)))
        let policies = LifecyclePolicies(conversionWindow: Window(days: days))
        #expect(decide(convert, on: trial, policies: policies).decision != nil)
        #expect(
            decide(convert, on: trial, policies: policies, today: try #require(today.adding(days: 1))).code
                == .trialExpired
        )
    }

    @Test("A subscription can be renewed to the last day of the grace and not after", arguments: [0, 1, 30])
    func renewalGrace(days: Int) throws {
        let lapsed = subscription(end: try #require(today.adding(days: -days)).description)
        let renew = ChangeCommand.Action.renew(Renewal(length: .months(12)))
        let policies = LifecyclePolicies(renewalGrace: Window(days: days))
        #expect(decide(renew, on: lapsed, policies: policies).decision != nil)
        let tomorrow = try #require(today.adding(days: 1))
        let verdict = decide(renew, on: lapsed, policies: policies, today: tomorrow)
        #expect(verdict.code == .subscriptionLapsed)
        guard case .rejected(let rejection) = verdict else { return }
        #expect(rejection.observed["term.end"] == .date(try #require(lapsed.entitlement.term.end)))
        #expect(rejection.observed["today"] == .date(tomorrow))
    }

    @Test(
        "What is to end with its term gets no other",
        arguments: [
            (SubscriptionState.trial, OrderOperation.convertTrial, RejectionCode.cancellationScheduled),
            (.trialExpired, .convertTrial, .trialExpired), (.active, .renewSubscription, .cancellationScheduled),
            (.active, .renewWithUpsell, .cancellationScheduled),
            (.active, .renewWithReducedTier, .cancellationScheduled),
            (.lapsed, .renewSubscription, .subscriptionLapsed),
        ]
    )
    func endsWithTerm(state: SubscriptionState, operation: OrderOperation, code: RejectionCode) throws {
        let ordered = try #require(action(operation))
        #expect(decide(ordered, on: subscription(in: state, endsWithTerm: true)).code == code)
        #expect(decide(ordered, on: subscription(in: state)).decision != nil)
    }
}

@Suite("Waiting and versions")
struct VersionTests {
    @Test("A command for what is not there waits, then is refused")
    func absent() throws {
        let renew = try #require(action(.renewSubscription))
        #expect(decide(renew, on: nil, patience: .left) == .premature(.absent))
        #expect(decide(renew, on: nil).code == .subscriptionNotFound)
        #expect(decide(renew, on: nil, expectedVersion: 2).code == .predecessorTimeout)
        #expect(decide(renew, on: nil, expectedVersion: 0).code == .predecessorTimeout)
    }

    @Test("Creating commands never wait", arguments: [OrderOperation.createSubscription, .startTrial])
    func creating(operation: OrderOperation) throws {
        let create = try #require(action(operation))
        #expect(decide(create, on: nil, expectedVersion: 0, patience: .left).decision != nil)
        #expect(decide(create, on: nil, expectedVersion: 3, patience: .left).code == .versionMismatch)
        #expect(decide(create, on: subscription(), expectedVersion: 0, patience: .left).code == .versionMismatch)
    }

    @Test("Behind the expected version waits, past it is refused, at it goes on")
    func versions() throws {
        let renew = try #require(action(.renewSubscription))
        let now = subscription(version: 3)
        #expect(decide(renew, on: now, expectedVersion: 3, patience: .left).decision?.baseVersion == 3)
        #expect(
            decide(renew, on: now, expectedVersion: 5, patience: .left) == .premature(.behind(expected: 5, current: 3))
        )
        #expect(decide(renew, on: now, expectedVersion: 5).code == .predecessorTimeout)
        #expect(decide(renew, on: now, expectedVersion: 2, patience: .left).code == .versionMismatch)
    }

    @Test("Versions go on where they were when EMS has lost the entitlement")
    func lostEntitlement() throws {
        let create = try #require(action(.createSubscription))
        let lost = Snapshot(subscription: nil, lastVersion: 5)
        let verdict = Lifecycle().decide(command(create, expectedVersion: 0), on: lost, today: today, patience: .left)
        #expect(verdict.decision?.baseVersion == 5)
        #expect(verdict.decision?.previousState == .absent)
    }

    @Test("Cancelled comes before version, version before state")
    func order() throws {
        let convert = try #require(action(.convertTrial))
        let cancelled = subscription(in: .cancelled)
        #expect(decide(convert, on: cancelled, expectedVersion: 9, patience: .left).code == .subscriptionCancelled)
        #expect(decide(convert, on: subscription(), expectedVersion: 1).code == .versionMismatch)
        #expect(decide(convert, on: subscription(), expectedVersion: 3).code == .notATrial)
    }

    @Test("What the calendar alone does is what the list has", arguments: SubscriptionState.allCases)
    func calendar(state: SubscriptionState) throws {
        guard var subscription = subscription(in: state) else { return #expect(state.afterItsTerm == nil) }
        subscription.entitlement.term.end = today
        let tomorrow = try #require(today.adding(days: 1))
        // What has ended already stays so.
        guard subscription.state(on: today) == state else { return #expect(state.afterItsTerm == nil) }
        #expect(subscription.state(on: tomorrow) == state.afterItsTerm ?? state)
    }
}
