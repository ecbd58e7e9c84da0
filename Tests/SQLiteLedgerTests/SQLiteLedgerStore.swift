import Foundation
import OrderFulfilment
import SQLiteLedger
import Synchronization
import TestKit

/// A ledger file.
///
/// Opening it again copies the file as it is, as a crash would leave it, and opens the copy.
final class SQLiteLedgerStore: LedgerStore {
    private let folder: TemporaryFolder
    private let openings = Mutex((count: 0, earlier: [SQLiteLedger]()))

    init() throws { folder = try TemporaryFolder() }

    func open(now: Date) async throws -> any Ledger { try await openFile(now: now) }

    func openFile(now: Date) async throws -> SQLiteLedger {
        let count = openings.withLock { openings in
            openings.count += 1
            return openings.count
        }
        if count > 1 { try copy(from: path(count - 1), to: path(count)) }
        let ledger = try await SQLiteLedger.open(
            path: path(count),
            predecessorWait: LedgerConformance.predecessorWait,
            now: now
        )
        // Kept open: closing would tidy up what a crash leaves behind.
        openings.withLock { $0.earlier.append(ledger) }
        return ledger
    }

    /// Opens a copy of the first file as it is now, while somebody writes it: what a crash at this moment would leave.
    ///
    /// That holds until the first checkpoint, after 4000 pages: till then all that is written goes to the end of the log.
    func openCopy(now: Date) async throws -> SQLiteLedger {
        let target = folder.file("\(UUID().uuidString).db")
        try copy(from: path(1), to: target)
        return try await SQLiteLedger.open(path: target, predecessorWait: LedgerConformance.predecessorWait, now: now)
    }

    private func path(_ count: Int) -> String { folder.file("\(count).db") }

    private func copy(from source: String, to target: String) throws {
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: source + suffix) {
            try FileManager.default.copyItem(atPath: source + suffix, toPath: target + suffix)
        }
    }
}
