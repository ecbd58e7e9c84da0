/// What the rules say to a command.
public enum Verdict: Hashable, Sendable {
    /// Legal: make this true.
    case change(Decision)
    /// Not legal, for good.
    case rejected(Rejection)
    /// Not legal yet: what it builds on may still be on its way.
    case premature(Prematurity)
}

/// What a command still waits for.
public enum Prematurity: Hashable, Sendable, Codable {
    /// The subscription is not there.
    case absent
    /// The subscription is behind the version the command expects.
    case behind(expected: Int, current: Int)
}

/// Whether a command may still wait for what it builds on.
public enum Patience: Hashable, Sendable {
    /// It may.
    case left
    /// It has waited long enough.
    case exhausted
}

/// The rules of a subscription's life: a pure function of the command, what was looked up, and the day.
public struct Lifecycle: Hashable, Sendable {
    /// The legal transitions.
    public var table: TransitionTable
    /// What the vendor has set.
    public var policies: LifecyclePolicies

    /// The contract's table unless given.
    public init(policies: LifecyclePolicies = LifecyclePolicies(), table: TransitionTable = .contract) {
        self.policies = policies
        self.table = table
    }

    /// Decides a command.
    ///
    /// Checks run in the contract's order and the first hit wins: cancelled, version, state, term, line items,
    /// quantities, look-ups in EMS.
    public func decide(
        _ command: ChangeCommand,
        on snapshot: Snapshot,
        today: LocalDate,
        patience: Patience
    ) -> Verdict {
        let state = snapshot.subscription?.state(on: today) ?? .absent
        do throws(Refusal) {
            if state == .cancelled { throw .rejected(stateRejection(.subscriptionCancelled, command, state)) }
            try checkVersion(of: command, on: snapshot.subscription, patience)
            try checkState(of: command, on: snapshot.subscription, state, today, patience)
            let decision = try decideAction(of: command, on: snapshot, state, today)
            try checkFindings(for: command, snapshot.findings)
            return .change(decision)
        } catch {
            return switch error {
            case .rejected(let rejection): .rejected(rejection)
            case .premature(let prematurity): .premature(prematurity)
            }
        }
    }

    private func decideAction(
        of command: ChangeCommand,
        on snapshot: Snapshot,
        _ state: SubscriptionState,
        _ today: LocalDate
    ) throws(Refusal) -> Decision {
        let subscription = snapshot.subscription
        let scene = Scene(
            command: command,
            state: state,
            lastVersion: snapshot.lastVersion,
            today: today,
            policies: policies
        )
        switch command.action {
        case .create(let create): return try scene.create(create)
        case .startTrial(let trial): return try scene.startTrial(trial)
        case .convert(let conversion): return try scene.convert(conversion, present(subscription, command))
        case .renew(let renewal):
            return try scene.renew(renewal, LineItemChanges(), .none, present(subscription, command))
        case .upsell(let renewal, let lines):
            return try scene.renew(renewal, lines, .upwards, present(subscription, command))
        case .reduce(let renewal, let lines):
            return try scene.renew(renewal, lines, .downwards, present(subscription, command))
        case .cancel(let effect):
            return try scene.cancel(table.ending(of: effect, in: state), present(subscription, command))
        }
    }

    /// The state check has let only creating commands through for an absent subscription; this says so to the types.
    private func present(
        _ subscription: Subscription?,
        _ command: ChangeCommand
    ) throws(Refusal) -> Subscription {
        guard let subscription else { throw .rejected(stateRejection(.subscriptionNotFound, command, .absent)) }
        return subscription
    }
}

/// Why there is no decision; private to the rules.
enum Refusal: Error {
    case rejected(Rejection)
    case premature(Prematurity)

    static func rejected(
        _ code: RejectionCode,
        _ message: String,
        observed: [String: Fact] = [:],
        required: [String: Fact] = [:]
    ) -> Refusal {
        .rejected(Rejection(code, message, observed: observed, required: required))
    }
}
