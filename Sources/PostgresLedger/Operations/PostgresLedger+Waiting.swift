public import Foundation
import LedgerStorage
import Logging
public import OrderFulfilment
public import OrderMessages
public import SubscriptionLifecycle

extension PostgresLedger {
    /// Claims up to `limit` commands that are due at `now`, the longest due first; those that another worker is about to
    /// claim are passed over.
    public func wake(limit: Int, now: Date) async throws(LedgerFailure) -> [WokenCommand] {
        let token = Self.token()
        while true {
            let worker = lease.number
            // With nothing due, nothing is written.
            let rows = try await call(.last, proves: false, disown: disown(token, of: worker)) { isRepeated in
                .init(
                    LedgerStatements.wake,
                    [.integer(worker), .integer(token), .integer(limit), .date(now), .flag(isRepeated)]
                )
            }
            if try read({ try rows.first?.text(0) }) == "lapsed" {
                try await comeBack(as: worker)
                continue
            }
            var woken: [WokenCommand] = []
            for row in rows {
                do { woken.append(try row.woken()) } catch { await setAside(row, error, now: now) }
            }
            return woken
        }
    }

    /// Claims one command that was in hand without a decision when a worker died.
    public func wakeSuspect(now: Date) async throws(LedgerFailure) -> WokenCommand? {
        while true {
            let (worker, token) = (lease.number, Self.token())
            let rows = try await call(
                .last,
                proves: false,
                disown: disown(token, of: worker, isSuspect: true)
            ) { isRepeated in
                .init(LedgerStatements.wakeSuspect, [.integer(worker), .integer(token), .flag(isRepeated)])
            }
            guard let row = rows.first else { return nil }
            if row.optionalText(0) == "lapsed" {
                try await comeBack(as: worker)
                continue
            }
            do { return try row.woken() } catch { await setAside(row, error, now: now) }
        }
    }

    /// Whether a worker has died with something undecided in hand that nobody has taken yet.
    public func hasSuspects() async throws(LedgerFailure) -> Bool {
        let rows = try await call(.last, proves: false) { _ in .init(LedgerStatements.hasSuspects) }
        return try read { try rows.first?.flag(0) } ?? false
    }

    /// Adds a strike to a message; answers how many it had.
    public func strike(_ digest: String, at now: Date) async throws(LedgerFailure) -> Int {
        let token = Self.token()
        let rows = try await call(.command(digest)) { _ in
            .init(LedgerStatements.strike, [.text(digest), .date(now), .integer(token)])
        }
        return try read { Int(try rows.first?.integer(0) ?? 0) }
    }

    /// Forgets a message's strikes.
    public func clearStrikes(_ digest: String) async throws(LedgerFailure) {
        _ = try await call(.command(digest)) { _ in .init(LedgerStatements.clearStrikes, [.text(digest)]) }
    }

    /// One row that can't be read must not keep all other commands from being woken.
    private func setAside(_ row: AnswerRow, _ error: any Error, now: Date) async {
        let detail = "the ledger can't read this command: \(error)"
        logger.error("a command is set aside", metadata: ["reason": "\(detail)"])
        guard let claim = try? row.claim() else { return }
        let parking = Parking(wait: .settling, due: now.addingTimeInterval(3600), detail: detail)
        try? await park(parking, under: claim)
    }

    /// When the next command is due; `nil` when none waits for a time.
    public func nextDue() async throws(LedgerFailure) -> Date? {
        let rows = try await call(.last, proves: false) { _ in .init(LedgerStatements.nextDue) }
        return try read { try rows.first?.optionalDouble(0).map { Date(stored: $0) } }
    }

    /// Gives every premature command that much more time, unless another worker could let them go on.
    public func extendPatience(by seconds: Double) async throws(LedgerFailure) {
        let (worker, token) = (lease.number, Self.token())
        let rows = try await call(.last) { _ in
            .init(LedgerStatements.extend, [.integer(worker), .integer(token), .double(seconds)])
        }
        guard try read({ try rows.first?.flag(0) }) == true else {
            try await join(after: worker)
            throw .unavailable("The ledger in \(place) had not heard of this worker for too long.")
        }
    }

    /// What is known of a subscription; `nil` when the ledger has never seen it.
    public func subscription(_ id: SubscriptionID) async throws(LedgerFailure) -> KnownSubscription? {
        let rows = try await call(.last, proves: false) { _ in
            .init(LedgerStatements.subscription, [.text(id.description)])
        }
        return try read { try rows.first?.known(at: 0) }
    }

    /// The newest commands first, narrowed.
    public func orders(matching filter: OrderFilter) async throws(LedgerFailure) -> [OrderRecord] {
        try await reader.orders(matching: filter)
    }

    /// Every command of that id (whatever its source), newest first.
    public func orders(withID id: String) async throws(LedgerFailure) -> [OrderRecord] {
        try await reader.orders(withID: id)
    }

    /// What is kept of how a command came to its end.
    public func caseFile(of identity: CommandIdentity) async throws(LedgerFailure) -> CaseFile? {
        try await reader.caseFile(of: identity)
    }

    /// How many commands are where.
    public func statistics() async throws(LedgerFailure) -> LedgerStatistics { try await reader.statistics() }
}
