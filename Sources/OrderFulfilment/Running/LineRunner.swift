import AMQP
import Logging
import OrderMessages

/// Takes one arrival down the line and settles it, starting again as long as it must be kept in hand.
struct LineRunner: Sendable {
    let line: Line
    /// The epoch of the connection that deliveries come from now.
    let currentEpoch: @Sendable () -> UInt64
    let settle: @Sendable (DeliveryID, Settlement) -> Void

    /// The whole life of a delivery, from its receipt to its settlement.
    ///
    /// A suspect runs alone until it is known to be harmless; whoever calls has seen to that nobody else is in hand.
    func handle(_ delivery: Delivery, _ place: ClaimOrder.Place, isSuspect: Bool = false) async {
        let arrival = Arrival(delivery, place: place, receivedAt: line.timekeeper.now()) {
            delivery.id.epoch != currentEpoch()
        }
        let since = line.custody.since(delivery.id, now: line.timekeeper.uptime())
        let (fate, alone) = await Custody.$since.withValue(since) { await run(arrival, isSuspect: isSuspect) }
        await place.leave()
        line.counters.settled(fate)
        line.custody.end(delivery.id)
        if fate.isSafe { CrashPoint.acknowledging.reach(delivery.message) }
        switch fate {
        case .outcome, .replayed, .deadLettered, .parked, .joined: settle(delivery.id, .acknowledge)
        case .givenBack: settle(delivery.id, .requeue)
        case .abandoned: break
        }
        // Only now: the next one may kill the process before the acknowledgement of this one has left.
        await alone?.end(fate)
    }

    /// A command whose time has come: nothing is left to settle with the broker.
    func handle(_ woken: WokenCommand, isSuspect: Bool = false) async {
        line.counters.wokeUp()
        let (fate, alone) = await run(Arrival(woken, topology: line.topology), isSuspect: isSuspect)
        await alone?.end(fate)
    }

    /// Answers with the run of a suspect too, which is over when what it came to is settled.
    private func run(_ arrival: Arrival, isSuspect: Bool) async -> (fate: Fate, alone: AloneRun?) {
        let run = isSuspect ? await AloneRun.begin(arrival.message, line) : nil
        let fate = await AloneRun.$current.withValue(run) {
            if run?.verdict == nil { CrashPoint.received.reach(arrival.message) }
            let notes = CaseNotes(now: line.timekeeper.now)
            if let grant = arrival.grant { notes.note(.woken, grant.words(for: line.settings.workerName)) }
            return await CaseNotes.$current.withValue(notes) {
                await Solitude.$isInHand.withValue(true) { await takeDown(arrival) }
            }
        }
        return (fate, run)
    }

    private func takeDown(_ arrival: Arrival) async -> Fate {
        let processor = OrderProcessor(line: line)
        var arrival = arrival
        var claimed: CommandIdentity?
        var fate = Fate.abandoned
        attempts: while true {
            let disposition = await processor.process(&arrival)
            claimed = arrival.grant?.claim.identity ?? claimed
            // A dead letter is put together alone too; it may wait long for its confirm, but beside others.
            if case .deadLetter = disposition {} else { await AloneRun.current?.end() }
            // What is held asks the ledger again, before all that came after it.
            if case .hold = disposition {} else { await arrival.place?.leave() }
            switch await line.settle(disposition, &arrival) {
            case .done(let settled):
                fate = settled
                break attempts
            case .again(let seconds):
                await AloneRun.current?.end()
                // Superseded: whoever waits for this one must look again.
                if let identity = claimed, arrival.grant == nil {
                    line.inHand.end(identity, isSafe: false)
                    claimed = nil
                }
                // Whatever was claimed goes on with the delivery that the broker sends again.
                guard !arrival.isStale() else { break attempts }
                await line.timekeeper.sleep(seconds)
            }
        }
        if let claimed { line.inHand.end(claimed, isSafe: fate.isSafe) }
        return arrival.isStale() && fate != .givenBack ? .abandoned : fate
    }
}

extension Fate {
    /// Whether a delivery that met it may be acknowledged.
    var isSafe: Bool {
        switch self {
        case .outcome, .replayed, .deadLettered, .parked, .joined: true
        case .givenBack, .abandoned: false
        }
    }
}
