public import Foundation
public import OrderMessages
public import SubscriptionLifecycle

/// A dead letter that an operator wants to send again, as far as the ledger needs to know it.
public struct LetterOfCommand: Hashable, Sendable, Codable {
    /// Which command it is.
    public var identity: CommandIdentity
    /// Of its content; see ``ClaimRequest/fingerprint``.
    public var fingerprint: String
    /// Its lane.
    public var subscriptionID: String
    /// The round that ended in it; `nil` when the letter doesn't say.
    public var round: Int?
    /// When it was put into its queue; `nil` when the letter doesn't say.
    public var time: Date?

    /// A dead letter of a command.
    public init(
        identity: CommandIdentity,
        fingerprint: String,
        subscriptionID: String,
        round: Int? = nil,
        time: Date? = nil
    ) {
        self.identity = identity
        self.fingerprint = fingerprint
        self.subscriptionID = subscriptionID
        self.round = round
        self.time = time
    }
}

/// What a dead letter's replay comes to.
public enum RoundVerdict: Hashable, Sendable, Codable {
    /// That round is (or would be) open and has seen no delivery yet: the message goes back to its queue.
    case open(round: Int)
    /// The ledger has the message already, of that round: only the letter is left to be taken away.
    case taken(round: Int)
    /// The ledger has no such command: the message goes back to its queue, as a first round.
    case unknown
    /// It must not run again, for that reason.
    case refused(String)
}

/// What became of a dead letter by an operator's hand: who, when, why.
public struct LetterNote: Hashable, Sendable, Codable {
    /// What an operator may do with a dead letter.
    public enum Fate: String, Hashable, Sendable, Codable {
        /// It went back to its queue.
        case replayed
        /// A command with an id of its own went in its stead.
        case replaced
        /// It was thrown away.
        case discarded
    }

    /// Names the letter, also one whose identity can't be read.
    public var key: String
    /// The command's id, where it can be read.
    public var commandID: String?
    /// What became of it.
    public var fate: Fate
    /// The id of the command that went in its stead.
    public var replacement: String?
    /// Who did it.
    public var by: String
    /// When.
    public var at: Date
    /// Why.
    public var reason: String?

    /// What became of a dead letter.
    public init(
        key: String,
        commandID: String?,
        fate: Fate,
        replacement: String? = nil,
        by: String,
        at: Date,
        reason: String? = nil
    ) {
        self.key = key
        self.commandID = commandID
        self.fate = fate
        self.replacement = replacement
        self.by = by
        self.at = at
        self.reason = reason
    }

    /// Whether this note gives way to another: two replacements of one letter would be two orders.
    public func givesWay(to other: LetterNote) -> Bool {
        fate != .replaced || (other.fate == .replaced && other.replacement == replacement)
    }
}

/// What an operator says of a command that waits.
public enum Resolution: String, CaseIterable, Hashable, Sendable, Codable {
    /// EMS has it: it ends as succeeded, with what EMS then holds.
    case applied
    /// EMS doesn't have it and won't: its unanswered calls may be made again.
    case notApplied = "not-applied"
    /// It needs no more waiting.
    case retryNow = "retry-now"
}

/// Whether an operator's word was taken.
public enum ReleaseVerdict: Hashable, Sendable, Codable {
    /// It is due now.
    case released
    /// It is not, for that reason.
    case refused(String)
}

/// An operation whose commands are not begun.
public struct Pause: Hashable, Sendable, Codable {
    /// Which operation.
    public var operation: OrderOperation
    /// Who paused it.
    public var by: String
    /// Since when.
    public var since: Date
    /// Why.
    public var reason: String?

    /// A pause.
    public init(operation: OrderOperation, by: String, since: Date, reason: String? = nil) {
        self.operation = operation
        self.by = by
        self.since = since
        self.reason = reason
    }
}

/// What operators change in the ledger.
///
/// Every requirement is one transaction, durable when it returns, and safe to ask for again after a crash.
public protocol OperatorLedger: LedgerQueries {
    /// Opens the round after the one that ended in the dead letter, unless ``RoundRule`` says otherwise: the command
    /// stands as ``OrderRecord/State/reopened`` until its message comes, and is then decided again. Its decision, its
    /// outcome and its attempts are forgotten; calls that had no answer are not.
    ///
    /// Asked again it answers the same, so that a crash between the opening and the letter's end opens nothing twice.
    func openRound(_ letter: LetterOfCommand, at now: Date) async throws(LedgerFailure) -> RoundVerdict

    /// Keeps what became of a dead letter, and answers with the note that stands: the earlier one where it doesn't give
    /// way.
    func note(_ note: LetterNote) async throws(LedgerFailure) -> LetterNote

    /// Ends a command's wait, as ``ReleaseRule`` has it.
    ///
    /// As `applied`, its next grant says so, and its unanswered calls count as answered; as `not-applied`, they count as
    /// not made.
    func release(
        _ identity: CommandIdentity,
        as resolution: Resolution,
        at now: Date
    ) async throws(LedgerFailure) -> ReleaseVerdict

    /// Commands of the operation are not granted from now on, by claim or by waking; a new one waits as if its lane's
    /// head retried, or without a place where it is premature by what the ledger knows. Pausing again changes nothing.
    func pause(_ pause: Pause) async throws(LedgerFailure)

    /// Ends a pause; answers whether there was one.
    func resume(_ operation: OrderOperation) async throws(LedgerFailure) -> Bool
}
