import SubscriptionLifecycle

/// How a subscription stands when a command comes.
struct Situation: CustomStringConvertible {
    static let version = 3

    var state: SubscriptionState
    var endsWithTerm: Bool
    /// Whether the window of what has ended is still open.
    var isInWindow: Bool

    /// Every one that differs from every other.
    static let all: [Situation] = SubscriptionState.allCases.flatMap { state in
        switch state {
        case .absent: [Situation(state: state, endsWithTerm: false, isInWindow: true)]
        case .trial, .active, .suspended, .cancelled:
            [false, true].map { Situation(state: state, endsWithTerm: $0, isInWindow: true) }
        case .trialExpired, .lapsed:
            [false, true].flatMap { mark in
                [false, true].map { Situation(state: state, endsWithTerm: mark, isInWindow: $0) }
            }
        }
    }

    var description: String { "\(state) (mark: \(endsWithTerm), window: \(isInWindow))" }

    /// The last day of the term.
    var end: LocalDate {
        let days =
            switch state {
            case .absent, .trial, .active, .suspended, .cancelled: 100
            case .trialExpired, .lapsed: isInWindow ? -30 : -31
            }
        return World.today.adding(days: days) ?? World.today
    }

    /// What was looked up.
    func snapshot(_ troubles: Set<CheckTrouble>, _ command: ChangeCommand) -> Snapshot {
        var findings = Findings()
        if troubles.contains(.lookUp) {
            for line in command.addedLines { findings.products[line.product] = .missing }
        }
        return Snapshot(
            subscription: subscription,
            lastVersion: state == .absent ? 0 : Self.version,
            findings: findings
        )
    }

    private var subscription: Subscription? {
        let isTrial = state == .trial || state == .trialExpired
        let emsState: Entitlement.State =
            switch state {
            case .absent, .trial, .trialExpired, .active, .lapsed: .enabled
            case .suspended: .disabled
            case .cancelled: .closed
            }
        guard state != .absent else { return nil }
        let term = Entitlement.Term(start: World.today.adding(days: -200), end: end)
        let lines = [("1", 10, 6), ("2", 5, 5)].map { id, quantity, available in
            Entitlement.LineItem(
                lineID: LineID(foreign: id),
                productKeyID: "key-\(id)",
                product: .init(externalID: "GC3040"),
                quantity: quantity,
                available: available,
                state: .enabled,
                term: term
            )
        }
        return Subscription(
            version: Self.version,
            kind: isTrial ? .trial : .paid,
            endsWithTerm: endsWithTerm,
            entitlement: Entitlement(
                entitlementID: "e-1",
                externalID: Commands.subscription,
                state: emsState,
                term: term,
                lineItems: lines
            )
        )
    }
}

/// What a check of a command's own data may find, in the order of the checks.
enum CheckTrouble: String, CaseIterable, Hashable {
    case term
    case lines
    case quantities
    case lookUp = "look-up"
}

/// The version that a command expects.
enum Expectation: CaseIterable {
    case none
    case met
    case past
    case ahead

    func version(_ situation: Situation) -> Int? {
        let current = situation.state == .absent ? 0 : Situation.version
        return switch self {
        case .none: nil
        case .met: current
        case .past: current - 1
        case .ahead: current + 1
        }
    }
}
