import OrderMessages
import SubscriptionLifecycle

/// What is known when a decision is due.
enum Sight: Sendable {
    /// A decision of before: it is not made again, and nothing needs to be looked up for it.
    case resumed(Turn, Decision)
    /// The subscription as it is now.
    case seen(Turn, Snapshot)

    var turn: Turn {
        switch self {
        case .resumed(let turn, _), .seen(let turn, _): turn
        }
    }
}

extension Line {
    /// look up: the entitlement, and what EMS knows of the things that the command names.
    func lookUp(_ turn: Turn) async throws(Failure) -> Sight {
        if let decision = turn.grant.decision { return .resumed(turn, decision) }
        let snapshot = try await snapshot(for: turn.command, known: turn.grant.known, turn: turn, order: turn.order)
        CaseNotes.current?.note(.lookedUp, snapshot.words(on: timekeeper.today()))
        return .seen(turn, snapshot)
    }

    /// Reads EMS for a claimed command.
    func snapshot(
        for command: ChangeCommand,
        known: KnownSubscription?,
        turn: Turn,
        order: Order
    ) async throws(Failure) -> Snapshot {
        try await callingEMS(order, turn) { () throws(GatewayFailure) in
            try await gateway.snapshot(
                for: command,
                known: known,
                attributeNames: lifecycle.policies.attributeNames
            )
        }
    }
}

extension Subscription {
    /// What EMS holds with what the ledger knows.
    init(entitlement: Entitlement, known: KnownSubscription?, attributeNames: LifecyclePolicies.AttributeNames) {
        self.init(
            entitlement: entitlement,
            known: known.map { ($0.version, $0.kind, $0.endsWithTerm) },
            attributeNames: attributeNames
        )
    }

    /// What the ledger keeps of it.
    var known: KnownSubscription { KnownSubscription(version: version, kind: kind, endsWithTerm: endsWithTerm) }
}
