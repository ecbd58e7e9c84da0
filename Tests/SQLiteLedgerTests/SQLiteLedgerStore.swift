import Foundation
import OrderFulfilment
import SQLiteLedger
import Synchronization
import TestKit

/// What tells whether a file was written meanwhile.
private struct FileState: Equatable {
    private var size: UInt64
    private var changed: Date

    init?(_ path: String) {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let size = attributes[.size] as? UInt64, let changed = attributes[.modificationDate] as? Date
        else { return nil }
        (self.size, self.changed) = (size, changed)
    }
}

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
        // A crash stops file and log at one moment: a copy during which either changed shows two.
        var before: [FileState?]
        repeat {
            before = ["", "-wal"].map { FileState(source + $0) }
            for suffix in ["", "-wal"] {
                try? FileManager.default.removeItem(atPath: target + suffix)
                guard FileManager.default.fileExists(atPath: source + suffix) else { continue }
                try FileManager.default.copyItem(atPath: source + suffix, toPath: target + suffix)
            }
        } while before != ["", "-wal"].map { FileState(source + $0) }
    }
}
