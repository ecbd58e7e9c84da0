import Foundation
import OrderFulfilment
import PostgresLedger
import SQLiteLedger

/// A ledger as operators' commands have it: to be asked, and to be changed.
struct OperatorSession {
    /// Answers questions, beside whoever writes.
    let ledger: any LedgerQueries
    /// Changes it: through the running worker, or by itself when none runs.
    let desk: any OperatorDesk
    private let finish: @Sendable () async -> Void

    /// For questions alone: the lock is left alone, nothing can be written.
    static func reading(_ settings: WorkerSettings) async throws -> OperatorSession {
        OperatorSession(ledger: try await settings.ledger.reader(), desk: ClosedDesk(), finish: {})
    }

    /// Whoever may write a ledger in a database may do so beside its workers.
    static func open(_ settings: WorkerSettings) async throws -> OperatorSession {
        switch settings.ledger {
        case .file(let path): return try await open(path, settings)
        case .postgres(let url):
            let ledger = try await PostgresOperatorLedger.open(url: url)
            return OperatorSession(ledger: ledger, desk: LedgerDesk(ledger), finish: { await ledger.close() })
        }
    }

    /// Takes the lock when no worker has it; else finds the worker.
    private static func open(_ path: String, _ settings: WorkerSettings) async throws -> OperatorSession {
        // An operator's command never makes a ledger: an empty one would know of nothing.
        let reader = try await SQLiteLedgerReader.open(path: path)
        do throws(LedgerFailure) {
            let ledger = try await SQLiteLedger.open(
                path: path,
                as: .operatorCommand,
                predecessorWait: settings.predecessorWait,
                now: Date()
            )
            return OperatorSession(ledger: reader, desk: LedgerDesk(ledger), finish: { await ledger.close() })
        } catch {
            guard let door = OperatorAccess(ledgerPath: path).door else { throw error }
            return OperatorSession(ledger: reader, desk: RemoteDesk(door: door), finish: {})
        }
    }

    /// Lets go of the ledger, if this process had it.
    func close() async { await finish() }

    /// Who stands behind a command, for the records.
    static var operatorName: String { "\(NSUserName())@\(ProcessInfo.processInfo.hostName)" }

    /// For those who only ask.
    private struct ClosedDesk: OperatorDesk {
        func perform(_ request: OperatorRequest) async throws -> OperatorAnswer {
            throw CommandFailure(description: "this command only reads")
        }
    }
}

extension SettingOptions {
    /// Settings for commands that need the broker or the ledger, but not EMS.
    func withoutEMS() async throws -> WorkerSettings { try WorkerSettings(try await values(), needsEMS: false) }

    /// Runs the body with a ledger that may be changed.
    func withLedger<Value>(_ body: (OperatorSession) async throws -> Value) async throws -> Value {
        let session = try await OperatorSession.open(try await withoutEMS())
        do {
            let value = try await body(session)
            await session.close()
            return value
        } catch {
            await session.close()
            throw error
        }
    }
}
