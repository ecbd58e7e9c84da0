import Foundation
import LedgerStorage
import Logging
public import OrderFulfilment

/// The ledger in a PostgreSQL database, shared by many workers.
///
/// A worker has a lease, by the server's clock; what it has in hand is its own while that lasts, and each grant has a
/// fence that grows. Calls made at the same time share an exchange with the server, a transaction and its wait for the
/// disk, and each answers only when that is done. Nothing runs on Swift's own threads but coding.
public final class PostgresLedger: Ledger {
    /// Something is due that another worker has made so.
    public let wakeUps: AsyncStream<Void>

    /// Whether a worker before this one was heard of no more without having ended in order.
    public let followsCrash: Bool

    let queue: SubmissionQueue
    let reader: PostgresLedgerReader
    let lease: WorkerLease
    let lanes: LaneLock
    let predecessorWait: Double
    let place: String
    let health = WriteHealth()
    let logger: Logger
    private let threads: ThreadsEnded
    private let wakeUpSink: AsyncStream<Void>.Continuation
    let renewal: Renewal
    /// Its coming anew, while that is under way.
    let joining = SharedAttempt()

    init(_ parts: Parts) {
        followsCrash = parts.followsCrash
        queue = parts.queue
        reader = parts.reader
        lease = parts.lease
        lanes = parts.lanes
        predecessorWait = parts.predecessorWait
        place = parts.place
        logger = parts.logger
        threads = parts.threads
        (wakeUps, wakeUpSink) = parts.wakeUps
        renewal = Renewal()
    }

    deinit { queue.close() }

    /// Any number of workers.
    public var isShared: Bool { true }

    /// Transactions committed since it was opened: calls made at the same time share one.
    public var commits: Int { queue.commits }

    /// Finishes what was asked before, lets go of what it holds undecided, and closes its connections.
    public func close() async {
        renewal.stop()
        lease.leaves()
        _ = await queue.run(.last) { [lease] _ in
            .init(LedgerStatements.leave, [.integer(lease.number), .date(Date())])
        }
        queue.close()
        await threads.wait()
        await reader.close()
        wakeUpSink.finish()
    }

    /// Begins to renew the lease; it ends with the ledger.
    func startRenewing() {
        renewal.start(every: lease.terms.begins / 3) { [weak self] in
            guard let self else { return }
            do {
                try await self.renew()
            } catch {
                self.logger.warning("the lease was not renewed", metadata: ["reason": "\(error)"])
            }
        }
    }
}
