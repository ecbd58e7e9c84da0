public import Foundation
import GRDB
public import OrderFulfilment

extension SQLiteLedger {
    /// Who opens a ledger for writing.
    public enum Role: Hashable, Sendable {
        /// A worker: if it dies with the ledger open, the next one is told.
        case worker
        /// An operator's command, while no worker runs.
        case operatorCommand
    }

    /// Opens the ledger for writing; creates it, and its folder, where there is none.
    ///
    /// `:memory:` keeps nothing. Claims of an earlier process are void, and what it had in hand is due at `now`. Every premature command gets at
    /// least `predecessorWait` seconds from `now`.
    public static func open(
        path: String,
        as role: Role = .worker,
        predecessorWait: Double,
        now: Date
    ) async throws(LedgerFailure) -> SQLiteLedger {
        try await onOwnThread { () throws(LedgerFailure) in
            do {
                return path == ":memory:"
                    ? try openInMemory(predecessorWait: predecessorWait, now: now)
                    : try open(file: LedgerFile.resolved(path), as: role, predecessorWait: predecessorWait, now: now)
            } catch {
                throw LedgerFailure(error, path: path)
            }
        }
    }

    private static func open(
        file path: String,
        as role: Role,
        predecessorWait: Double,
        now: Date
    ) throws -> SQLiteLedger {
        try LedgerFile.createDirectory(of: path)
        let lock = try WriterLock(path: path)
        if try !LedgerFile.exists(at: path) { try LedgerFile.create(at: path) }
        let queue = try DatabaseQueue(path: path, configuration: LedgerFile.configuration(label: "ledger"))
        return try takeOver(queue, path: path, as: role, predecessorWait: predecessorWait, now: now, lock: lock)
    }

    private static func openInMemory(predecessorWait: Double, now: Date) throws -> SQLiteLedger {
        var configuration = Configuration()
        configuration.label = "ledger"
        let queue = try DatabaseQueue(configuration: configuration)
        return try takeOver(queue, path: ":memory:", as: .worker, predecessorWait: predecessorWait, now: now, lock: nil)
    }

    private static func takeOver(
        _ queue: DatabaseQueue,
        path: String,
        as role: Role,
        predecessorWait: Double,
        now: Date,
        lock: WriterLock?
    ) throws -> SQLiteLedger {
        try queue.writeWithoutTransaction { try Schema.migrate($0, path: path) }
        let (epoch, followsCrash) = try queue.write { database in
            try LedgerTransaction.takeOver(database, as: role, now: now, predecessorWait: predecessorWait)
        }
        return SQLiteLedger(
            group: GroupCommit(queue, path: path),
            fences: FenceCounter(epoch: epoch),
            predecessorWait: predecessorWait,
            path: path,
            role: role,
            followsCrash: followsCrash,
            lock: lock,
            reader: lock == nil ? nil : try SQLiteLedgerReader(path: path)
        )
    }
}
