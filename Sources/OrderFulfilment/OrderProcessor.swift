import AMQP
import Logging
import OrderMessages
import SubscriptionLifecycle

/// The straight line: receive, translate, claim, look up, decide, record, apply, announce, settle.
///
/// Each stage's output is the next one's input, so a stage can't run before its input exists. The line knows nothing of
/// channels: it answers with a disposition, and one function settles.
///
/// Guarantee: a command is acknowledged only after its outcome was confirmed by the broker (or is durable in the
/// ledger's outbox while subscribers refuse it), or its dead letter was, or it is parked in the ledger. A crash in
/// between yields a redelivery, which goes on with the recorded decision; so each command has one effect and one outcome.
struct OrderProcessor: Sendable {
    let line: Line

    /// Takes an arrival down the line as far as it goes.
    ///
    /// What the ledger grants on the way is kept in the arrival, so that a second attempt with the same message goes
    /// on under the same claim.
    func process(_ arrival: inout Arrival) async -> Disposition {
        do throws(Failure) {
            // What kills whoever reads it is not even read.
            if let run = AloneRun.current, run.isUnreadable, let verdict = run.verdict { throw .poison(verdict) }
            let order = try await line.translate(arrival)
            CrashPoint.translated.reach(order.envelope.identity.id)
            guard case .change(let command) = order.command, !order.envelope.isDryRun else {
                return try await line.answer(order, arrival)
            }
            let turn = try await line.claim(order, command, &arrival)
            try await line.judge(turn)
            CrashPoint.claimed.reach(order.envelope.identity.id)
            let sight = try await line.lookUp(turn)
            CrashPoint.lookedUp.reach(order.envelope.identity.id)
            let decided = try line.decide(sight)
            let recorded = try await line.record(decided)
            CrashPoint.recorded.reach(order.envelope.identity.id)
            await AloneRun.current?.end()
            let applied = try await line.apply(recorded)
            CrashPoint.applied.reach(order.envelope.identity.id)
            return try await line.announce(applied)
        } catch {
            return line.policy.disposition(
                for: error,
                now: line.timekeeper.now(),
                jitter: line.timekeeper.jitter(),
                readySince: line.readySince.date
            )
        }
    }
}
