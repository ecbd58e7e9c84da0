import Foundation
import OrderFulfilment
import SQLiteLedger

/// A ledger as operators' commands have it: to be asked, and to be changed.
struct OperatorSession {
    /// Answers questions, beside whoever writes.
    let ledger: any LedgerQueries
    /// Changes it: through the running worker, or by itself when none runs.
    let desk: any OperatorDesk
    private let own: SQLiteLedger?

    /// For questions alone: the lock is left alone, nothing can be written.
    static func reading(_ settings: WorkerSettings) async throws -> OperatorSession {
        OperatorSession(
            ledger: try await SQLiteLedgerReader.open(path: settings.ledgerPath),
            desk: ClosedDesk(),
            own: nil
        )
    }

    /// Takes the lock when no worker has it; else finds the worker.
    static func open(_ settings: WorkerSettings) async throws -> OperatorSession {
        // An operator's command never makes a ledger: an empty one would know of nothing.
        let reader = try await SQLiteLedgerReader.open(path: settings.ledgerPath)
        do throws(LedgerFailure) {
            let ledger = try await SQLiteLedger.open(
                path: settings.ledgerPath,
                as: .operatorCommand,
                predecessorWait: settings.predecessorWait,
                now: Date()
            )
            return OperatorSession(ledger: reader, desk: LedgerDesk(ledger), own: ledger)
        } catch {
            guard let door = OperatorAccess(ledgerPath: settings.ledgerPath).door else { throw error }
            return OperatorSession(ledger: reader, desk: RemoteDesk(door: door), own: nil)
        }
    }

    /// Lets go of the lock, if it was taken.
    func close() async { await own?.close() }

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
