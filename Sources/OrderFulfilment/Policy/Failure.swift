import Foundation
import OrderMessages
import SubscriptionLifecycle

/// The closed set of ways in which a stage can fail.
enum Failure: Error, Hashable, Sendable {
    /// translate: it can't be understood, or the broker gave it up.
    case poison(Poison)
    /// claim: it ended before; its outcome is published again.
    case alreadyEnded(StoredOutcome)
    /// claim: somebody is on it.
    case inHand(CommandIdentity)
    /// claim: it waits in the ledger, durably.
    case waiting
    /// look up, decide, apply: refused for good, nothing of it is in EMS.
    case rejected(Refused)
    /// decide: what it builds on may still be on its way.
    case premature(Prematurity, Turn, KnownSubscription?)
    /// look up, apply: worth another try.
    case transient(String, retryAfter: Double?, Turn?, Stage)
    /// apply: a call without an answer may still land.
    case unsettled(String, until: Date, Turn)
    /// look up, apply: EMS fails for everyone, for longer than a delivery may be kept in hand.
    case outage(until: Date, Turn)
    /// apply: part of it is in EMS, the rest was refused or conflicts.
    case partial(PartialApplication)
    /// apply: another order brings something into being that this one needs too.
    case busy(String, until: Date, Turn)
    /// announce: the broker has not confirmed a dead letter for as long as a delivery may be kept in hand.
    case unconfirmed(String)
    /// Any stage: the ledger or the broker isn't there; the message is kept in hand.
    case unavailable(String)
    /// Any stage: somebody else has the command by now.
    case superseded(CommandIdentity)
    /// Any stage: the worker shuts down before the command was begun.
    case shutdown(Turn?)
}

/// A command that was refused, and how its subscription stands.
struct Refused: Hashable, Sendable {
    var order: Order
    /// `nil` for a read or a dry run.
    var grant: Grant?
    var rejection: Rejection
    var state: SubscriptionState?
    var subscription: Subscription?
}

/// A command that is in EMS in part.
struct PartialApplication: Hashable, Sendable {
    var turn: Turn
    var decision: Decision
    var detail: String
    var applied: [Change]
    var missing: [Change]

    /// It left something in EMS, so the version counts up.
    var known: KnownSubscription {
        KnownSubscription(
            version: decision.baseVersion + 1,
            kind: decision.kind,
            endsWithTerm: decision.endsWithTerm
        )
    }
}

/// A command whose turn it is.
struct Turn: Hashable, Sendable {
    var order: Order
    var command: ChangeCommand
    var grant: Grant

    /// Writes to EMS that were never answered and had no effect, before this turn.
    var lostWrites: Int { grant.intents.count { $0.fate == .notApplied } }
}
