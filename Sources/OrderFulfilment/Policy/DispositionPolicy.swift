import Foundation
import OrderMessages
import SubscriptionLifecycle

/// The one table from failures to dispositions: pure, and tested case by case.
struct DispositionPolicy: Hashable, Sendable {
    /// When a failed command is tried again.
    var schedule = RetrySchedule()
    /// Seconds that a premature command waits for its predecessor, from its receipt.
    var predecessorWait: Double = 30

    /// `readySince` is when the worker was last unable to let commands go on: patience counts from there, not before.
    func disposition(
        for failure: Failure,
        now: Date,
        jitter: Double,
        readySince: Date = .distantPast
    ) -> Disposition {
        switch failure {
        case .poison(let poison):
            .deadLetter(
                DeadLetterVerdict(
                    reason: poison.reason,
                    detail: poison.detail,
                    stage: [.identityConflict, .workerCrashed].contains(poison.reason) ? .claim : .translate,
                    poison: poison
                )
            )
        case .alreadyEnded(let outcome): .repeatOutcome(outcome)
        case .inHand(let identity): .join(identity)
        case .waiting: .leaveParked
        case .rejected(let refused): .reject(refused)
        case .premature(let prematurity, let turn, let known):
            .park(
                Parking(
                    wait: .predecessor(expectedVersion: turn.command.expectedVersion),
                    due: max(turn.grant.receivedAt, readySince).addingTimeInterval(predecessorWait),
                    detail: prematurity.sentence,
                    known: known
                ),
                turn
            )
        case .transient(let reason, let retryAfter, let turn, let stage):
            retry(turn, reason, retryAfter, stage, now: now, jitter: jitter)
        case .unsettled(let reason, let until, let turn): settle(turn, reason, until)
        case .outage(let until, let turn):
            .park(
                Parking(
                    wait: .settling,
                    due: until,
                    detail: "EMS fails for everyone, or takes too few calls; waits until it answers"
                ),
                turn
            )
        // Whose turn it is at a shared customer is no failure.
        case .busy(let reason, let until, let turn):
            .park(Parking(wait: .settling, due: until, detail: reason), turn)
        case .partial(let partial):
            .deadLetter(
                DeadLetterVerdict(reason: .partiallyApplied, detail: partial.detail, stage: .apply, partial: partial)
            )
        case .unavailable(let reason): .hold(reason, seconds: 0.5 + jitter)
        case .superseded(let identity): .join(identity)
        case .unconfirmed: .giveBack(nil)
        case .shutdown(let turn): .giveBack(turn)
        }
    }

    /// A write without an answer costs no attempt, but one that is never answered ends like any other.
    private func settle(_ turn: Turn, _ reason: String, _ until: Date) -> Disposition {
        guard turn.lostWrites <= schedule.parked.count else {
            return .deadLetter(DeadLetterVerdict(reason: .attemptsExhausted, detail: reason, stage: .apply))
        }
        return .park(Parking(wait: .settling, due: until, detail: reason), turn)
    }

    /// A read has no place to wait in: it has had its tries in the process.
    private func retry(
        _ turn: Turn?,
        _ reason: String,
        _ retryAfter: Double?,
        _ stage: Stage,
        now: Date,
        jitter: Double
    ) -> Disposition {
        let exhausted = Disposition.deadLetter(
            DeadLetterVerdict(reason: .attemptsExhausted, detail: reason, stage: stage)
        )
        guard let turn else { return exhausted }
        let attempts = turn.grant.attempts + 1
        guard let delay = schedule.parkedDelay(afterAttempts: attempts, retryAfter: retryAfter, jitter: jitter) else {
            return exhausted
        }
        let due = now.addingTimeInterval(delay)
        return .park(Parking(wait: .retry(attempts: attempts), due: due, detail: reason), turn)
    }
}

extension Prematurity {
    /// Why a command waits, for operators.
    var sentence: String {
        switch self {
        case .absent: "waits for the command that creates the subscription"
        case .behind(let expected, let current): "waits for version \(expected), the subscription is at \(current)"
        }
    }
}
