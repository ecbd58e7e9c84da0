import AMQP
import OrderMessages
import SubscriptionLifecycle

extension Line {
    /// claim: a turn for the command, or where it stands.
    ///
    /// A woken command, or one that was held, has its claim already.
    func claim(_ order: Order, _ command: ChangeCommand, _ arrival: inout Arrival) async throws(Failure) -> Turn {
        if let grant = arrival.grant {
            inHand.begin(grant.claim.identity)
            return Turn(order: order, command: command, grant: grant)
        }
        guard !drain.hasBegun else { throw .shutdown(nil) }
        let request = ClaimRequest(
            identity: order.envelope.identity,
            fingerprint: order.fingerprint,
            operation: order.operation,
            subscriptionID: command.subscriptionID,
            expectedVersion: command.expectedVersion,
            message: arrival.message,
            receivedAt: arrival.receivedAt
        )
        // Order is promised for what one queue delivers, and tasks overtake each other: each claims when it is its turn.
        await arrival.place?.wait(for: command.subscriptionID)
        // Those before it gave up when their connection went, and come again behind it: it must not overtake them.
        guard !arrival.isStale() else { throw .unavailable("the connection that brought it is gone") }
        let answer: ClaimAnswer
        do { answer = try await ledger.claim(request) } catch { throw Failure(error, request.identity) }
        await arrival.place?.leave()
        switch answer {
        case .granted(let grant):
            CaseNotes.current?.note(.claimed, grant.words(for: settings.workerName))
            inHand.begin(grant.claim.identity)
            arrival.grant = grant
            return Turn(order: order, command: command, grant: grant)
        case .replay(let outcome): throw .alreadyEnded(outcome)
        case .inHand: throw .inHand(request.identity)
        case .parked:
            wakeSignal.signal()
            throw .waiting
        case .conflict:
            throw .poison(
                Poison(
                    .identityConflict,
                    "id: the command \(request.identity) came before with other content; a changed command needs an id of its own",
                    path: "id",
                    identity: request.identity,
                    correlationID: order.envelope.correlationID,
                    subscriptionID: command.subscriptionID.description
                )
            )
        }
    }
}

extension Line {
    /// Convicts a command that has killed workers before it was decided; what was decided runs beside others.
    func judge(_ turn: Turn) async throws(Failure) {
        guard let run = AloneRun.current else { return }
        if turn.grant.decision != nil { return await run.end() }
        if let verdict = run.verdict { throw .poison(verdict) }
    }
}

extension Grant {
    /// What a case file says of it.
    func words(for worker: String) -> String {
        "round \(claim.round), by \(worker)" + (decision == nil ? "" : "; goes on with its decision")
            + (attempts > 0 ? "; failed attempts before: \(attempts)" : "")
    }
}

extension Failure {
    /// What a failing ledger means for the command in hand.
    init(_ failure: LedgerFailure, _ identity: CommandIdentity) {
        switch failure {
        case .staleClaim: self = .superseded(identity)
        case .unavailable(let reason), .incompatible(let reason): self = .unavailable("the ledger: \(reason)")
        }
    }
}
