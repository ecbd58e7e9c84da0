import Foundation
import Logging
import OrderFulfilment
import PostgresLedger
import SQLiteLedger

/// Where the ledger is: `LEDGER_URL`, read.
enum LedgerAddress: Equatable {
    /// A file, for one worker.
    case file(path: String)
    /// A database, for many; the address is libpq's business.
    case postgres(url: String)

    /// What `LEDGER_URL` may be.
    static let allowed =
        "sqlite:<path>, such as sqlite:/var/lib/order-worker/ledger.sqlite, or postgres://user:password@host/database"

    /// `nil` for anything else.
    init?(_ text: String) {
        if text.hasPrefix("sqlite:"), text.count > 7 {
            self = .file(path: String(text.dropFirst(7)))
        } else if ["postgres://", "postgresql://"].contains(where: { text.hasPrefix($0) && text.count > $0.count }) {
            self = .postgres(url: text)
        } else {
            return nil
        }
    }

    /// The file that it is in, if it is in one.
    var filePath: String? {
        switch self {
        case .file(let path): path
        case .postgres: nil
        }
    }

    /// Opens it for the worker that has these settings.
    func open(for settings: WorkerSettings, logger: Logger) async throws(LedgerFailure) -> any Ledger {
        switch self {
        case .file(let path):
            return try await SQLiteLedger.open(path: path, predecessorWait: settings.predecessorWait, now: Date())
        case .postgres(let url):
            // What a worker has begun may land as late as this after its last word.
            let settles = (settings.ems?.timeout ?? 0) + (settings.ems?.settle ?? 0)
            let ledger = PostgresLedger.Settings(
                url: url,
                workerName: settings.workerName,
                lease: .ofProcess(settles: settles),
                predecessorWait: settings.predecessorWait
            )
            return try await PostgresLedger.open(ledger, now: Date(), logger: logger)
        }
    }

    /// Opens it only to read; workers may be running on it.
    func reader() async throws(LedgerFailure) -> any LedgerQueries {
        switch self {
        case .file(let path): try await SQLiteLedgerReader.open(path: path)
        case .postgres(let url): try await PostgresLedgerReader.open(url: url)
        }
    }

    /// Whether there is a ledger already, for who only reads.
    func exists() async throws(LedgerFailure) -> Bool {
        switch self {
        case .file(let path): FileManager.default.fileExists(atPath: path)
        case .postgres(let url): try await PostgresLedger.exists(url: url)
        }
    }

    /// Whether there is a ledger already; throws what would stop a worker.
    func examine() async throws(LedgerFailure) -> Bool {
        switch self {
        case .file(let path): FileManager.default.fileExists(atPath: path)
        case .postgres(let url): try await PostgresLedger.examine(url: url)
        }
    }
}

extension LedgerAddress: CustomStringConvertible {
    /// For people, without a password.
    var description: String {
        switch self {
        case .file(let path): path
        case .postgres(let url): PostgresLedger.place(of: url) ?? "in PostgreSQL"
        }
    }
}
