public import Foundation
import GRDB
import LedgerStorage
public import OrderFulfilment
public import OrderMessages
public import SubscriptionLifecycle
import Synchronization

/// The ledger in one SQLite file: one process writes it, others read it beside.
///
/// Calls made at the same time share a transaction and its fsync, and each answers only when that is done. Nothing
/// runs on Swift's own threads but the encoding of what is stored.
public final class SQLiteLedger: Ledger {
    private let group: GroupCommit
    private let fences: FenceCounter
    private let predecessorWait: Double
    private let path: String
    private let role: Role
    /// Whether a worker died with the file open.
    public let followsCrash: Bool
    private let lock: Mutex<WriterLock?>
    /// The close that is under way, or over.
    private let closing = Mutex<Task<Void, Never>?>(nil)
    /// Operators' questions go past the writer, so that a long list holds no order up; `nil` in memory.
    let reader: SQLiteLedgerReader?

    init(
        group: GroupCommit,
        fences: FenceCounter,
        predecessorWait: Double,
        path: String,
        role: Role = .worker,
        followsCrash: Bool = false,
        lock: WriterLock?,
        reader: SQLiteLedgerReader?
    ) {
        self.group = group
        self.fences = fences
        self.predecessorWait = predecessorWait
        self.path = path
        self.role = role
        self.followsCrash = followsCrash
        self.lock = Mutex(lock)
        self.reader = reader
    }

    /// Transactions committed since it was opened: calls made at the same time share one.
    public var commits: Int { group.commits }

    /// Claims a command for the line, or says why not.
    public func claim(_ request: ClaimRequest) async throws(LedgerFailure) -> ClaimAnswer {
        let message = StoredMessages.bytes(of: request.message)
        return try await write { try $0.claim(request, message: message) }
    }

    /// Makes the decision durable, before the first write to EMS.
    public func record(
        _ decision: Decision,
        _ file: CaseFile?,
        under claim: Claim
    ) async throws(LedgerFailure) {
        let json: Data
        do { json = try StoredJSON.bytes(of: decision) } catch { throw LedgerFailure(error, path: path) }
        let part = CasePart(file)
        try await write { try $0.record(json, part, under: claim) }
    }

    /// Makes an intent durable (adds it, or replaces the one of the same id), before its call.
    public func intend(_ intent: Intent, under claim: Claim) async throws(LedgerFailure) {
        try await write { try $0.intend(intent, under: claim) }
    }

    /// Throws unless the claim counts.
    public func confirm(_ claim: Claim) async throws(LedgerFailure) {
        try await write { _ = try $0.held(claim) }
    }

    /// Takes a key for that many seconds, unless somebody has it.
    public func hold(
        _ key: String,
        for seconds: Double,
        at now: Date,
        under claim: Claim
    ) async throws(LedgerFailure) -> KeyAnswer {
        try await write { try $0.hold(key, for: seconds, at: now, under: claim) }
    }

    /// Gives a key back, unless it is another attempt's by now.
    public func letGo(of hold: KeyHold) async throws(LedgerFailure) {
        try await write { try $0.letGo(of: hold) }
    }

    /// Ends the command, frees its lane and readies whoever comes next.
    public func complete(_ ending: Ending, under claim: Claim) async throws(LedgerFailure) {
        let part = CasePart(ending.caseFile, isLast: true)
        try await write { try $0.complete(ending, part, under: claim) }
    }

    /// The command's publishings were confirmed; its outcome event stays for duplicates, the rest goes.
    public func announced(_ identity: CommandIdentity, round: Int, at time: Date) async throws(LedgerFailure) {
        try await write { try $0.announced(identity, round: round, at: time) }
    }

    /// Puts the command aside, so that its delivery may be acknowledged.
    public func park(_ parking: Parking, under claim: Claim) async throws(LedgerFailure) {
        let part = CasePart(parking.caseFile)
        try await write { try $0.park(parking, part, under: claim) }
    }

    /// Lets go of the command as it is, without an attempt; it stays its lane's head and is due at once.
    public func release(_ claim: Claim) async throws(LedgerFailure) {
        try await write { try $0.release(claim) }
    }

    /// Claims up to `limit` commands that are due at `now`, the longest due first.
    public func wake(limit: Int, now: Date) async throws(LedgerFailure) -> [WokenCommand] {
        try await write { try $0.wake(limit: limit, now: now) }
    }

    /// Claims one command that was in hand without a decision when a worker died.
    public func wakeSuspect(now: Date) async throws(LedgerFailure) -> WokenCommand? {
        try await write { try $0.wakeSuspect(now: now) }
    }

    /// Adds a strike to a message; answers how many it had.
    public func strike(_ digest: String, at now: Date) async throws(LedgerFailure) -> Int {
        try await write { try $0.strike(digest, at: now) }
    }

    /// Forgets a message's strikes.
    public func clearStrikes(_ digest: String) async throws(LedgerFailure) {
        try await write { try $0.clearStrikes(digest) }
    }

    /// When the next command is due; `nil` when none waits for a time.
    public func nextDue() async throws(LedgerFailure) -> Date? {
        try await write { try $0.nextDue() }
    }

    /// Outcomes that are stored but not announced, the oldest first.
    public func unannounced(
        endedBefore: Date,
        skipping: Int,
        limit: Int
    ) async throws(LedgerFailure) -> [StoredOutcome] {
        try await write { try $0.unannounced(endedBefore: endedBefore, skipping: skipping, limit: limit) }
    }

    /// Gives every premature command that much more time.
    public func extendPatience(by seconds: Double) async throws(LedgerFailure) {
        try await write { try $0.extendPatience(by: seconds) }
    }

    /// Deletes commands that ended before and were announced, the longest ended first.
    public func prune(endedBefore: Date, limit: Int) async throws(LedgerFailure) -> Int {
        try await write { try $0.prune(endedBefore: endedBefore, limit: limit) }
    }

    /// What is known of a subscription; `nil` when the ledger has never seen it.
    public func subscription(_ id: SubscriptionID) async throws(LedgerFailure) -> KnownSubscription? {
        try await write { try $0.known(id.description) }
    }

    /// Proves that the file can be written now; writes only when nothing was written for a while, or the last write failed.
    public func proveWritable() async throws(LedgerFailure) {
        if let trouble = group.health.trouble { throw trouble }
        let needsProof = group.health.needsProof(after: 10)
        try await write { transaction in
            if needsProof { try transaction.prove() } else { _ = try transaction.nextDue() }
        }
    }

    /// Finishes what was asked before, closes the file and lets go of its lock.
    ///
    /// Returns when all of it is done, also to who closes while somebody else does.
    public func close() async {
        await closing.withLock { closing in
            let task = closing ?? Task { await self.finish() }
            closing = task
            return task
        }.value
    }

    private func finish() async {
        await reader?.close()
        if role == .worker { try? await write { try $0.run("UPDATE ledger SET is_open = 0") } }
        if await group.close() { lock.withLock { $0 = nil } }
    }

    /// The newest commands first, narrowed.
    public func orders(matching filter: OrderFilter) async throws(LedgerFailure) -> [OrderRecord] {
        if let reader { return try await reader.orders(matching: filter) }
        return try await write { try OperatorQueries.orders($0.database, matching: filter) }
    }

    /// Every command of that id (whatever its source), newest first.
    public func orders(withID id: String) async throws(LedgerFailure) -> [OrderRecord] {
        if let reader { return try await reader.orders(withID: id) }
        return try await write { try OperatorQueries.orders($0.database, withID: id) }
    }

    /// What is kept of how a command came to its end.
    public func caseFile(of identity: CommandIdentity) async throws(LedgerFailure) -> CaseFile? {
        if let reader { return try await reader.caseFile(of: identity) }
        return try await write { try OperatorQueries.caseFile($0.database, of: identity) }
    }

    /// How many commands are where.
    public func statistics() async throws(LedgerFailure) -> LedgerStatistics {
        try await write { try OperatorQueries.statistics($0.database) }
    }

    func write<Value: Sendable>(
        _ work: @escaping @Sendable (LedgerTransaction) throws -> Value
    ) async throws(LedgerFailure) -> Value {
        try await group.run { [fences, predecessorWait] database in
            try work(LedgerTransaction(database: database, fences: fences, predecessorWait: predecessorWait))
        }
    }
}
