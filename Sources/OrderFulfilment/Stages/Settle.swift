import AMQP
import Foundation
import Logging
import OrderMessages
import SubscriptionLifecycle

/// What is left to do for an arrival once its disposition was carried out.
enum Settled: Hashable, Sendable {
    /// Tell the broker, and count.
    case done(Fate)
    /// Start again after that many seconds, in hand.
    case again(seconds: Double)
}

extension Line {
    /// settle: carries out a disposition.
    ///
    /// This is the one place that ends, parks and dead-letters.
    func settle(_ disposition: Disposition, _ arrival: inout Arrival) async -> Settled {
        do throws(Failure) {
            switch disposition {
            case .acknowledge(let fate): return .done(fate)
            case .repeatOutcome(let stored):
                try await deliver(stored)
                counters.replayed()
                return .done(.replayed)
            case .reject(let refused):
                try await reject(refused)
                return .done(.outcome)
            case .deadLetter(let verdict):
                try await deadLetter(arrival, verdict)
                return .done(.deadLettered)
            case .park(let parking, let turn):
                let claim = turn.grant.claim
                do { try await park(parking, under: claim) } catch { throw Failure(error, claim.identity) }
                wakeSignal.signal()
                return .done(.parked)
            case .leaveParked: return .done(.parked)
            case .join(let identity):
                // Superseded: the running one of this identity in this process is this one, and it would wait for itself.
                guard arrival.grant == nil else {
                    arrival.grant = nil
                    return .again(seconds: 0.05)
                }
                guard let isSafe = await aside({ await inHand.join(identity) }) else { return .again(seconds: 0.05) }
                return isSafe ? .done(.joined) : .again(seconds: 0.05)
            case .hold(let reason, let seconds): return await hold(&arrival, reason, seconds)
            case .giveBack: return await giveBack(&arrival)
            }
        } catch {
            guard case .unconfirmed = error else { return await hold(&arrival, "\(error)", 0.5 + timekeeper.jitter()) }
            return await giveBack(&arrival)
        }
    }

    private func park(_ parking: Parking, under claim: Claim) async throws(LedgerFailure) {
        var parking = parking
        CaseNotes.current?.note(.parked, "until \(parking.due.formatted(.iso8601)): \(parking.detail)")
        parking.caseFile = CaseNotes.current?.unstored
        try await ledger.park(parking, under: claim)
        if let file = parking.caseFile { CaseNotes.current?.stored(file) }
    }

    /// Keeps the message in hand and lets go of its claim: only the ledger knows how far the command got, so the next
    /// try asks it again.
    private func hold(_ arrival: inout Arrival, _ reason: String, _ seconds: Double) async -> Settled {
        logger.warning("keeps a message in hand", metadata: ["queue": "\(arrival.queue)", "reason": "\(reason)"])
        while await !letGo(&arrival, reason, seconds), !drain.hasBegun {
            await timekeeper.sleep(seconds)
        }
        // A woken command is in the ledger: it comes again when it is due, or it has ended and the answer was lost. A
        // delivery that joined it looks for itself, so that it isn't acknowledged before an outcome was confirmed.
        guard arrival.delivery != nil else { return .done(.abandoned) }
        // One that stands in no lane may come again later than others. What stands in one keeps its place in hand until
        // the whole connection is given back.
        let mayGoBack = isHeldTooLong && arrival.place?.hasLane == false
        return drain.hasBegun || mayGoBack ? .done(.givenBack) : .again(seconds: seconds)
    }

    /// Ends the claim so that the command is handled again: at once by its delivery, or in a while when it has none.
    private func letGo(_ arrival: inout Arrival, _ reason: String, _ seconds: Double) async -> Bool {
        guard arrival.delivery == nil, let claim = arrival.grant?.claim else { return await release(&arrival) }
        let due = timekeeper.now().addingTimeInterval(seconds)
        do {
            try await park(Parking(wait: .settling, due: due, detail: reason), under: claim)
        } catch {
            guard error == .staleClaim else { return false }
        }
        arrival.grant = nil
        return true
    }

    private func giveBack(_ arrival: inout Arrival) async -> Settled {
        // When the ledger is gone too, the claim ends with this process and the next one goes on where it stopped.
        _ = await release(&arrival)
        return .done(.givenBack)
    }

    /// Lets go of the claim; answers `false` when the ledger can't be reached.
    private func release(_ arrival: inout Arrival) async -> Bool {
        guard let claim = arrival.grant?.claim else { return true }
        do {
            try await ledger.release(claim)
        } catch {
            // A stale claim is one that has ended, or that somebody else has: there is nothing to let go of.
            guard error == .staleClaim else { return false }
        }
        arrival.grant = nil
        return true
    }

    private func reject(_ refused: Refused) async throws(Failure) {
        let today = timekeeper.today()
        let standing = refused.subscription.map { OutcomeEvent.Standing($0, on: today) }
        guard let grant = refused.grant else {
            // A dry run of a read is a read.
            let isPreview = refused.order.envelope.isDryRun && !refused.order.operation.isRead
            let outcome: Outcome = isPreview ? .previewed : .rejected
            let content: OutcomeEvent.Content =
                isPreview
                ? .previewRejected(refused.rejection, from: refused.state, standing, guards: [])
                : .rejected(refused.rejection, from: refused.state, standing)
            return try await reply(event(outcome, content, for: refused.order), to: refused.order)
        }
        let content = OutcomeEvent.Content.rejected(refused.rejection, from: refused.state, standing)
        let event = event(.rejected, content, for: refused.order, round: grant.claim.round)
        let ending = Ending(
            outcome: .rejected,
            code: refused.rejection.code.rawValue,
            detail: refused.rejection.message,
            publishings: [publishing(of: event)],
            known: refused.subscription?.known,
            endedAt: timekeeper.now()
        )
        try await end(grant, ending, event.routingKey)
    }
}
