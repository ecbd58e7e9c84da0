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
        scene(command, snapshot, today, patience, nil).verdict()
    }

    /// Decides a command by the same code, and tells each guard that was looked at.
    public func examine(
        _ command: ChangeCommand,
        on snapshot: Snapshot,
        today: LocalDate,
        patience: Patience
    ) -> Examination {
        let trace = Trace()
        let verdict = scene(command, snapshot, today, patience, trace).verdict()
        return Examination(verdict: verdict, checks: trace.checks)
    }

    private func scene(
        _ command: ChangeCommand,
        _ snapshot: Snapshot,
        _ today: LocalDate,
        _ patience: Patience,
        _ trace: Trace?
    ) -> Scene {
        Scene(
            command: command,
            subscription: snapshot.subscription,
            state: snapshot.subscription?.state(on: today) ?? .absent,
            lastVersion: snapshot.lastVersion,
            findings: snapshot.findings,
            today: today,
            patience: patience,
            policies: policies,
            table: table,
            trace: trace
        )
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
