public import Foundation
public import OrderMessages
public import SubscriptionLifecycle

/// The memory of the line: idempotent receiver, waiting room, outbox, and the order of commands per subscription.
///
/// A *lane* is the open commands of one subscription. At most one of them is its *head*: in hand, or waiting for a
/// retry. Others that are ripe stand *behind* it, in the order in which they became ripe. A *premature* command holds
/// no place: it is looked at again each time the subscription changes, and when its patience ends.
///
/// Every requirement is one transaction, durable when it returns. Requirements under a claim throw
/// ``LedgerFailure/staleClaim`` when the claim's fence is not the row's any more.
public protocol Ledger: OperatorLedger {
    /// Whether whoever had the ledger before ended without closing it: what it held may have killed it.
    var followsCrash: Bool { get async }

    /// Whether several workers may have it at the same time.
    var isShared: Bool { get }

    /// Claims a command for the line, or says why not.
    ///
    /// With the lane taken, a fresh command stands behind its head, or is premature from the start when it expects a
    /// version that isn't there yet. Its message is kept from now on: the ledger alone can finish what was claimed.
    /// A ledger that throws, and can't tell whether the claim took effect, takes back what it may have granted: nobody
    /// has it in hand.
    func claim(_ request: ClaimRequest) async throws(LedgerFailure) -> ClaimAnswer

    /// Makes the decision durable, before the first write to EMS, and keeps what belongs into the command's case file.
    func record(_ decision: Decision, _ file: CaseFile?, under claim: Claim) async throws(LedgerFailure)

    /// Makes an intent durable (adds it, or replaces the one of the same id), before its call.
    func intend(_ intent: Intent, under claim: Claim) async throws(LedgerFailure)

    /// Throws unless a write to EMS may begin under the claim now; for a write that leaves no intent.
    func confirm(_ claim: Claim) async throws(LedgerFailure)

    /// Takes a key for that many seconds, unless somebody has it: who brings into being what other commands want too
    /// takes its key first. Asking again under the same claim is another attempt, and no exception.
    func hold(
        _ key: String,
        for seconds: Double,
        at now: Date,
        under claim: Claim
    ) async throws(LedgerFailure) -> KeyAnswer

    /// Gives a key back before its time, unless it is another attempt's by now.
    func letGo(of hold: KeyHold) async throws(LedgerFailure)

    /// Ends the command: stores what must be published, what is now known of the subscription, frees the lane, and
    /// readies whoever stands next and every premature command that has become ripe.
    func complete(_ ending: Ending, under claim: Claim) async throws(LedgerFailure)

    /// The command's publishings were confirmed then; its outcome's bytes stay for duplicates, the rest may go.
    func announced(_ identity: CommandIdentity, round: Int, at time: Date) async throws(LedgerFailure)

    /// Puts the command aside, its message stored, so that its delivery may be acknowledged.
    ///
    /// A command that waits for a predecessor gives up its place. It is ripe at once if what this very parking brings
    /// to be known of the subscription is what it waits for. A version that was known before doesn't end its wait, the
    /// line having called it premature all the same: then the next change of the subscription does.
    func park(_ parking: Parking, under claim: Claim) async throws(LedgerFailure)

    /// Lets go of the command as it is, without an attempt.
    ///
    /// It stays its lane's head and is due at once: the next ``wake(limit:now:)`` grants it again, or the next claim of
    /// its identity, whichever comes first. Who shuts down stops waking before.
    func release(_ claim: Claim) async throws(LedgerFailure)

    /// Claims up to `limit` commands that are due at `now`, heads and premature ones alike, the longest due first.
    func wake(limit: Int, now: Date) async throws(LedgerFailure) -> [WokenCommand]

    /// Claims one of the commands that were in hand without a decision when the process died, if one is left.
    ///
    /// ``wake(limit:now:)`` leaves them alone. The next delivery of such a command may have it too.
    func wakeSuspect(now: Date) async throws(LedgerFailure) -> WokenCommand?

    /// Whether ``wakeSuspect(now:)`` would have one that came about since this worker started: another one has died.
    func hasSuspects() async throws(LedgerFailure) -> Bool

    /// Adds a strike to a message that is about to be handled alone, before it is; answers how many it had.
    func strike(_ digest: String, at now: Date) async throws(LedgerFailure) -> Int

    /// The message was handled alone and the process lives: it has no strikes any more.
    func clearStrikes(_ digest: String) async throws(LedgerFailure)

    /// When the next command is due; `nil` when none waits for a time. Those of paused operations don't count.
    func nextDue() async throws(LedgerFailure) -> Date?

    /// Outcomes that are stored but not announced, ended before `endedBefore`, the oldest first, without the first
    /// `skipping` of them.
    func unannounced(endedBefore: Date, skipping: Int, limit: Int) async throws(LedgerFailure) -> [StoredOutcome]

    /// Gives every premature command that much more time: the worker was not able to let them go on.
    func extendPatience(by seconds: Double) async throws(LedgerFailure)

    /// Deletes at most `limit` commands that ended before `endedBefore` and were announced, the longest ended first;
    /// answers how many. What is known of subscriptions stays for ever.
    func prune(endedBefore: Date, limit: Int) async throws(LedgerFailure) -> Int

    /// What waits in the ledger; asked about once a second.
    func parked() async throws(LedgerFailure) -> ParkedCommands

    /// Proves that the ledger can be read and written now; throws why not.
    ///
    /// Asked about once a second, so it may answer from what it has just done.
    func proveWritable() async throws(LedgerFailure)

    /// An element for each time that another worker on the same ledger has made something due.
    ///
    /// Only a hint, and only for one listener: whoever waits also looks by itself now and then.
    var wakeUps: AsyncStream<Void> { get }

    /// Writes what waits and closes.
    func close() async
}

extension Ledger {
    /// Of a ledger that can be written whenever it can be read.
    public func proveWritable() async throws(LedgerFailure) { _ = try await nextDue() }

    /// Makes a decision durable that nothing else is known of.
    public func record(_ decision: Decision, under claim: Claim) async throws(LedgerFailure) {
        try await record(decision, nil, under: claim)
    }

    /// The command's publishings were confirmed now.
    public func announced(_ identity: CommandIdentity, round: Int) async throws(LedgerFailure) {
        try await announced(identity, round: round, at: Date())
    }

    /// The oldest outcomes that are stored but not announced.
    public func unannounced(endedBefore: Date, limit: Int) async throws(LedgerFailure) -> [StoredOutcome] {
        try await unannounced(endedBefore: endedBefore, skipping: 0, limit: limit)
    }

    /// Of a ledger whose statistics cost little.
    public func parked() async throws(LedgerFailure) -> ParkedCommands {
        let statistics = try await statistics()
        let commands = [OrderRecord.State.retrying, .behind, .premature].reduce(0) { $0 + (statistics.open[$1] ?? 0) }
        return ParkedCommands(commands: commands, bytes: statistics.parkedBytes)
    }

    /// Of a ledger that has one worker.
    public var isShared: Bool { false }

    /// Of a ledger that has one worker: none but those of before its start.
    public func hasSuspects() async throws(LedgerFailure) -> Bool { false }

    /// Of a ledger that has one worker: none.
    public var wakeUps: AsyncStream<Void> { AsyncStream { $0.finish() } }
}

/// What operators ask the ledger; also answered by a process that only reads.
public protocol LedgerQueries: Sendable {
    /// The newest commands first, narrowed.
    func orders(matching filter: OrderFilter) async throws(LedgerFailure) -> [OrderRecord]

    /// Every command of that id (whatever its source), newest first.
    func orders(withID id: String) async throws(LedgerFailure) -> [OrderRecord]

    /// What is kept of how a command came to its end; `nil` when there is nothing, as of one from before this was kept.
    /// It goes when the command is pruned.
    func caseFile(of identity: CommandIdentity) async throws(LedgerFailure) -> CaseFile?

    /// How many commands are where.
    func statistics() async throws(LedgerFailure) -> LedgerStatistics

    /// What is known of a subscription; `nil` when the ledger has never seen it.
    func subscription(_ id: SubscriptionID) async throws(LedgerFailure) -> KnownSubscription?

    /// What ``OperatorLedger/openRound(_:at:)`` would answer; nothing is written.
    func verdict(on letter: LetterOfCommand) async throws(LedgerFailure) -> RoundVerdict

    /// What became of a dead letter by an operator's hand.
    func note(of key: String) async throws(LedgerFailure) -> LetterNote?

    /// The operations that are paused, by name.
    func pauses() async throws(LedgerFailure) -> [Pause]
}

/// Why the ledger did not do it.
public enum LedgerFailure: Error, Hashable, Sendable {
    /// It can't be read or written now: disk full, locked, gone.
    case unavailable(String)
    /// Somebody else has the command by now: whatever is done under this claim is void.
    case staleClaim
    /// It holds what this program can't understand: a newer version, a corrupt file.
    case incompatible(String)
}

extension LedgerFailure: CustomStringConvertible {
    /// For a person.
    public var description: String {
        switch self {
        case .unavailable(let reason), .incompatible(let reason): reason
        case .staleClaim: "somebody else has the command by now"
        }
    }
}
