import Foundation
import LedgerStorage
import Logging
public import OrderFulfilment

extension PostgresLedger {
    /// Tells the server that this worker is there still; comes anew when that is too late.
    func renew() async throws(LedgerFailure) {
        let (worker, terms, moment) = (lease.number, lease.terms, ContinuousClock.now)
        let rows = try await call(.last) { _ in
            .init(
                LedgerStatements.stay,
                [.integer(worker), .double(terms.begins), .double(terms.total), .date(Date())]
            )
        }
        guard try read({ try rows.first?.flag(0) }) == true else { return try await join(after: worker) }
        lease.renewed(at: moment)
    }

    /// Is heard of again after the server has let the worker of that number begin nothing.
    ///
    /// As long as its lease goes on it stays who it is, and what it has in hand stays its own.
    func comeBack(as worker: Int64) async throws(LedgerFailure) {
        guard !lease.isLeaving else { throw .unavailable("The ledger in \(place) is being closed.") }
        if lease.number == worker { try await renew() }
    }

    /// Comes anew, once for all calls of this worker that find its lease over: what it had in hand is void.
    func join(after worker: Int64) async throws(LedgerFailure) {
        try await joining.run(worker) { [self] () async throws(LedgerFailure) in try await comeAnew(after: worker) }
    }

    private func comeAnew(after worker: Int64) async throws(LedgerFailure) {
        guard lease.number == worker else { return }
        guard !lease.isLeaving else { throw .unavailable("The ledger in \(place) is being closed.") }
        logger.warning("the lease was over: what this worker had in hand may be another one's by now")
        let (name, terms, patience, token) = (lease.name, lease.terms, predecessorWait, Self.token())
        let rows = try await call(.last) { _ in
            .init(
                LedgerStatements.join,
                [
                    .text(name), .double(terms.begins), .double(terms.total), .date(Date()), .double(patience),
                    .integer(worker), .integer(token),
                ]
            )
        }
        let number = try read { try rows.first?.integer(0) }
        if let number { lease.replaced(by: number) }
    }

    /// Proves that the ledger can be written now.
    ///
    /// Asks the server only when it hasn't taken a write a moment ago.
    public func proveWritable() async throws(LedgerFailure) {
        if let trouble = health.trouble { throw trouble }
        if health.needsProof(after: 3) { try await renew() } else { _ = try await nextDue() }
    }
}
