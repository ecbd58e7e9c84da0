import GRDB
import LedgerStorage
import OrderFulfilment
import Synchronization

/// Runs what is submitted at the same time in one transaction, with one fsync for all of it.
///
/// The first submission starts a drain on the connection's own thread; those that arrive while it works, or while
/// its commit waits for the disk, form the next transaction. Nobody hears of success before the commit. Each has a
/// savepoint: one that throws undoes itself and nobody else.
final class GroupCommit: Sendable {
    /// One piece of work, and how its caller hears of it.
    private struct Submission: Sendable {
        /// Does the work inside the transaction; answers with what tells the caller once that is committed.
        let perform: @Sendable (Database) throws -> @Sendable () -> Void
        let fail: @Sendable (LedgerFailure) -> Void
    }

    private struct State {
        var waiting: [Submission] = []
        var isDraining = false
        var isClosed = false
        var commits = 0
    }

    /// Bounds how long the first of a group waits for the last.
    private static let largestGroup = 256

    /// How writing went last.
    let health = WriteHealth()
    private let queue: DatabaseQueue
    private let path: String
    private let state = Mutex(State())

    init(_ queue: DatabaseQueue, path: String) {
        self.queue = queue
        self.path = path
    }

    /// Transactions committed so far.
    var commits: Int { state.withLock { $0.commits } }

    /// Does the work in the next transaction and answers when that is durable.
    func run<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(LedgerFailure) -> Value {
        try await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, LedgerFailure>, Never>) in
            let submission = Submission(
                perform: { database in
                    let value = try work(database)
                    return { continuation.resume(returning: .success(value)) }
                },
                fail: { continuation.resume(returning: .failure($0)) }
            )
            if !submit(submission) { submission.fail(.unavailable("The ledger \(path) is closed.")) }
        }.get()
    }

    /// Finishes what was submitted, refuses the rest, and closes the connection; `false` when somebody did so before.
    func close() async -> Bool {
        let isMine = await withCheckedContinuation { continuation in
            // The last submission is answered after all the others, whether its own commit succeeds or not.
            let last = Submission(
                perform: { _ in { continuation.resume(returning: true) } },
                fail: { _ in continuation.resume(returning: true) }
            )
            if !submit(last, isLast: true) { continuation.resume(returning: false) }
        }
        if isMine { _ = try? await onOwnThread { [queue] () throws(LedgerFailure) in try? queue.close() } }
        return isMine
    }

    private func submit(_ submission: Submission, isLast: Bool = false) -> Bool {
        let (isAccepted, isFirst) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.waiting.append(submission)
            state.isClosed = isLast
            defer { state.isDraining = true }
            return (true, !state.isDraining)
        }
        if isFirst { queue.asyncWriteWithoutTransaction { self.drain($0) } }
        return isAccepted
    }

    private func drain(_ database: Database) {
        while let group = nextGroup() { commit(group, database) }
    }

    private func nextGroup() -> [Submission]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isDraining = false
                return nil
            }
            let group = Array(state.waiting.prefix(Self.largestGroup))
            state.waiting.removeFirst(group.count)
            return group
        }
    }

    private func commit(_ group: [Submission], _ database: Database) {
        var answers: [@Sendable () -> Void] = []
        var open = group[...]
        var succeeded: [Submission] = []
        do {
            let changes = database.totalChangesCount
            try database.beginTransaction(.immediate)
            while let submission = open.first {
                switch try attempt(submission, database) {
                case .success(let answer):
                    answers.append(answer)
                    succeeded.append(submission)
                case .failure(let failure):
                    if case .unavailable = failure { health.failed(failure) }
                    submission.fail(failure)
                }
                open.removeFirst()
            }
            try database.commit()
            state.withLock { $0.commits += 1 }
            // A transaction that only read says nothing about the disk.
            if database.totalChangesCount > changes { health.succeeded() }
            for answer in answers { answer() }
        } catch {
            if database.isInsideTransaction { try? database.rollback() }
            let failure = LedgerFailure(error, path: path)
            health.failed(failure)
            for submission in succeeded + open { submission.fail(failure) }
        }
    }

    /// Throws only when the whole transaction is lost with it.
    private func attempt(
        _ submission: Submission,
        _ database: Database
    ) throws -> Result<@Sendable () -> Void, LedgerFailure> {
        try database.cachedStatement(sql: "SAVEPOINT submission").execute()
        do {
            let answer = try submission.perform(database)
            try database.cachedStatement(sql: "RELEASE submission").execute()
            return .success(answer)
        } catch {
            // A full disk ends the transaction at once: then there is no savepoint left to go back to.
            guard database.isInsideTransaction else { throw error }
            try database.cachedStatement(sql: "ROLLBACK TO submission").execute()
            try database.cachedStatement(sql: "RELEASE submission").execute()
            return .failure(LedgerFailure(error, path: path))
        }
    }
}
