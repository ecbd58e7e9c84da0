import Foundation
import OrderMessages
import SubscriptionLifecycle

/// What shall become of an arrival: computed from a failure by one table, carried out in one place.
enum Disposition: Hashable, Sendable {
    /// Its outcome is announced: acknowledge.
    case acknowledge(Fate)
    /// Publish the stored bytes again, then acknowledge.
    case repeatOutcome(StoredOutcome)
    /// End it with a refusal, announce that, then acknowledge.
    case reject(Refused)
    /// Put it into the dead-letter queue with the reason, announce that, then acknowledge.
    case deadLetter(DeadLetterVerdict)
    /// Store it in the ledger until it is due, then acknowledge.
    case park(Parking, Turn)
    /// It is in the ledger already: acknowledge.
    case leaveParked
    /// Do as the running one of the same identity does.
    case join(CommandIdentity)
    /// Keep it in hand, and start again after that many seconds.
    case hold(String, seconds: Double)
    /// Put it back into its queue, as it came.
    case giveBack(Turn?)
}

/// Why a message goes to the dead-letter queue, and what is known of it.
struct DeadLetterVerdict: Hashable, Sendable {
    var reason: DeadLetterReason
    var detail: String
    /// Where on the line it ended.
    var stage: Stage
    /// What could be read of a message that couldn't be understood.
    var poison: Poison?
    /// What of the command is in EMS, where a part is.
    var partial: PartialApplication?
}

/// What became of a delivery: the terms of the conservation law.
public enum Fate: String, CaseIterable, Hashable, Sendable {
    /// Its outcome was confirmed by the broker, or lies in the ledger's outbox.
    case outcome
    /// Its outcome of before was published again.
    case replayed
    /// It is in the dead-letter queue.
    case deadLettered = "dead-lettered"
    /// It waits in the ledger.
    case parked
    /// Another delivery of the same command was in hand; this one went with it.
    case joined
    /// It went back to its queue.
    case givenBack = "given-back"
    /// Its connection was gone before it could be settled; the broker delivers it again.
    case abandoned
}
