import Foundation
import LocalServers
import Logging
import OrderFulfilment
import Synchronization
import TestKit

@testable import PostgresLedger

/// A schema of its own on the shared server.
///
/// Opening it again cuts off the ledger before, and lets its lease be over.
final class PostgresLedgerStore: LedgerStore {
    let server: PostgresServer
    let schema: String
    private let settings: @Sendable (inout PostgresLedger.Settings) -> Void
    private let opened = Mutex<[PostgresLedger]>([])

    init(
        on server: PostgresServer? = nil,
        _ settings: @escaping @Sendable (inout PostgresLedger.Settings) -> Void = { _ in }
    ) async throws {
        self.server = if let server { server } else { try await PostgresServer.shared() }
        schema = "t" + UUID().uuidString.replacing("-", with: "").lowercased()
        self.settings = settings
    }

    var url: String { server.url(schema: schema) }

    func open(now: Date) async throws -> any Ledger {
        for ledger in opened.withLock({ $0 }) { ledger.renewal.stop() }
        if opened.withLock({ !$0.isEmpty }) { try await endLeases() }
        return try await worker(now: now)
    }

    /// One more worker, beside those that are there.
    func worker(now: Date = LedgerScene.time(0)) async throws -> PostgresLedger {
        var settings = PostgresLedger.Settings(
            url: url,
            workerName: "worker",
            // Renewed when a test says so, and never by itself, however slow the machine is.
            lease: LeaseTerms(begins: 600, settles: 90),
            predecessorWait: LedgerConformance.predecessorWait,
            startPatience: 0
        )
        self.settings(&settings)
        let ledger = try await PostgresLedger.open(settings, now: now, logger: Self.quiet)
        opened.withLock { $0.append(ledger) }
        return ledger
    }

    /// As if the time of every lease had passed.
    func endLeases() async throws {
        try await sql("UPDATE ledger_worker SET begins_until = '-infinity', lease_until = '-infinity'")
    }

    /// Runs SQL beside the ledger.
    @discardableResult
    func sql(_ text: String) async throws -> [[String?]] { try await Administrator.run(text, url: url) }

    /// Closes every ledger that was opened.
    func close() async {
        for ledger in opened.withLock({ $0 }) { await ledger.close() }
    }

    static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}

/// Somebody with SQL.
enum Administrator {
    @discardableResult
    static func run(_ sql: String, url: String) async throws -> [[String?]] {
        try await OwnThread.run { () throws(LedgerFailure) in
            do {
                let deadline = Deadline(after: 20)
                let connection = try ServerConnection(ConnectionParameters(url: url), deadline: deadline)
                return try connection.script(sql, deadline)
            } catch {
                throw LedgerFailure.unavailable("\(error)")
            }
        }
    }
}
