import AMQP
import Foundation
import Logging
import OrderMessages
import SubscriptionLifecycle

extension Line {
    /// announce: the outcome is stored, its bytes with it, and published until the broker has confirmed.
    func announce(_ applied: Applied) async throws(Failure) -> Disposition {
        let decision = applied.decision
        let known = KnownSubscription(
            version: decision.baseVersion + 1,
            kind: decision.kind,
            endsWithTerm: decision.endsWithTerm
        )
        let standing = OutcomeEvent.Standing(
            version: known.version,
            previousState: decision.previousState,
            state: decision.state,
            endsWithTerm: decision.endsWithTerm,
            entitlement: applied.entitlement
        )
        let content = OutcomeEvent.Content.changed(standing, changes: decision.changes)
        let event = event(.succeeded, content, for: applied.turn.order, round: applied.turn.grant.claim.round)
        let ending = Ending(
            outcome: .succeeded,
            publishings: [publishing(of: event)],
            known: known,
            endedAt: timekeeper.now()
        )
        try await end(applied.turn.grant, ending, event.routingKey)
        return .acknowledge(.outcome)
    }

    /// Stores how a command ended, publishes what belongs to it, and notes that it was confirmed.
    func end(_ grant: Grant, _ ending: Ending, _ routingKey: String) async throws(Failure) {
        let claim = grant.claim
        var ending = ending
        CaseNotes.current?.note(.ended, ending.outcome.rawValue + (ending.code.map { ", \($0)" } ?? ""))
        ending.caseFile = CaseNotes.current?.unstored
        do { try await ledger.complete(ending, under: claim) } catch { throw Failure(error, claim.identity) }
        if let file = ending.caseFile { CaseNotes.current?.stored(file) }
        CrashPoint.completed.reach(claim.identity.id)
        // Whoever brings it again gets the stored outcome, so others may begin.
        await AloneRun.current?.end()
        counters.announced(routingKey)
        wakeSignal.signal()
        try await deliver(
            StoredOutcome(
                identity: claim.identity,
                round: claim.round,
                outcome: ending.outcome,
                isAnnounced: false,
                publishings: ending.publishings
            )
        )
    }

    /// Publishes what the ledger has stored.
    ///
    /// When it isn't taken in time, the outbox relay goes on. A delivery that has become a dead letter must not be
    /// acknowledged before that is confirmed: it waits as long as it may be kept in hand, and goes back to its queue.
    /// `patience` (in seconds, for each publishing) says otherwise.
    /// Answers whether all of it was confirmed, and that is noted.
    @discardableResult
    func deliver(_ stored: StoredOutcome, patience: Double? = nil) async throws(Failure) -> Bool {
        let now = timekeeper.uptime()
        for publishing in stored.publishings {
            let isEvent = publishing.exchange == topology.events
            let isAwaited = !isEvent && patience == nil && Custody.since != nil
            let deadline = isAwaited ? longestHold : now + (patience ?? settings.confirmTimeout)
            guard try await publish(publishing, until: deadline) else {
                guard isAwaited else { return false }
                throw .unconfirmed("the dead letter was not confirmed")
            }
        }
        guard !stored.isAnnounced else { return true }
        do {
            try await ledger.announced(stored.identity, round: stored.round, at: timekeeper.now())
            return true
        } catch {
            // It was announced; at worst the relay publishes the same bytes once more.
            logger.warning("outcome confirmed, but not noted", metadata: ["reason": "\(error)"])
            return false
        }
    }

    /// Publishes until the broker confirms; answers `false` when it hasn't by `deadline` (an `uptime`).
    func publish(_ publishing: Publishing, until deadline: Double) async throws(Failure) -> Bool {
        var publishing = publishing
        var pause = 0.1
        while true {
            do throws(PublishFailure) {
                try await send(publishing)
                CrashPoint.confirmed.reach(publishing)
                return true
            } catch {
                logger.warning(
                    "publish not confirmed",
                    metadata: [
                        "exchange": "\(publishing.exchange)", "routing-key": "\(publishing.routingKey)",
                        "reason": "\(error)",
                    ]
                )
                switch error {
                case .closed: throw .unavailable("the publisher is closed")
                case .invalid(let reason):
                    // This connection's frames are too small for the original's headers: only ours are kept.
                    guard publishing.exchange == topology.deadLetters, publishing.dropForeignHeaders() else {
                        throw .unavailable("it can't be published: \(reason)")
                    }
                    continue
                // Every exchange that is published to has a queue or an alternate: somebody has deleted one.
                case .unroutable: await declareTopology()
                case .refused, .unknown: break
                }
                guard timekeeper.uptime() + pause < deadline else { return false }
                guard !drain.hasBegun else { throw .unavailable("shutting down before the broker confirmed") }
                let seconds = pause * (0.5 + timekeeper.jitter())
                await aside { await timekeeper.sleep(seconds) }
                pause = min(pause * 2, 5)
            }
        }
    }

    /// Publishes; a test that kills the worker before the confirm watches until the publishing is on its way.
    private func send(_ publishing: Publishing) async throws(PublishFailure) {
        guard CrashPoint.published.isPlanned else { return try await publisher.publish(publishing) }
        let answer = Task { () -> Result<Void, PublishFailure> in
            do throws(PublishFailure) { return .success(try await publisher.publish(publishing)) } catch {
                return .failure(error)
            }
        }
        let deadline = timekeeper.uptime() + 1
        while publisher.status.unconfirmed == 0, timekeeper.uptime() < deadline { await Task.yield() }
        CrashPoint.published.reach(publishing)
        try await answer.value.get()
    }
}
