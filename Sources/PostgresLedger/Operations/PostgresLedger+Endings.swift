public import Foundation
import LedgerStorage
public import OrderFulfilment
public import OrderMessages
import SubscriptionLifecycle

extension PostgresLedger {
    /// Ends the command, frees its lane and readies whoever comes next.
    public func complete(_ ending: Ending, under claim: Claim) async throws(LedgerFailure) {
        let letters = ending.publishings.dropLast()
        let event = ending.publishings.isEmpty ? nil : StoredMessages.bytes(of: ending.publishings.suffix(1))
        try await underClaim(
            claim,
            LedgerStatements.complete,
            [.integer(lease.number), .integer(Self.token())] + parameters(claim) + [
                .text(claim.subscriptionID.description), .text(ending.outcome.rawValue), .text(ending.code),
                .text(ending.detail), .date(ending.endedAt), .bytes(event),
                .bytes(letters.isEmpty ? nil : StoredMessages.bytes(of: letters)),
            ] + parameters(ending.known) + parameters(ending.caseFile, isLast: true)
        )
    }

    /// Puts the command aside, so that its delivery may be acknowledged.
    public func park(_ parking: Parking, under claim: Claim) async throws(LedgerFailure) {
        let (wait, attempts, expected): (String, Int?, Int?) =
            switch parking.wait {
            case .retry(let attempts): ("retry", attempts, nil)
            case .settling: ("settling", nil, nil)
            case .predecessor(let expected): ("predecessor", nil, expected)
            }
        try await underClaim(
            claim,
            LedgerStatements.park,
            [.integer(lease.number), .integer(Self.token())] + parameters(claim) + [
                .text(claim.subscriptionID.description), .text(wait), .integer(attempts), .integer(expected),
                .date(parking.due), .text(parking.detail),
            ] + parameters(parking.known) + parameters(parking.caseFile)
        )
    }

    /// Lets go of the command as it is, without an attempt; it stays its lane's head and is due at once.
    public func release(_ claim: Claim) async throws(LedgerFailure) {
        try await underClaim(
            claim,
            LedgerStatements.release,
            [.integer(lease.number), .integer(Self.token())] + parameters(claim)
        )
    }

    /// The command's publishings were confirmed; its outcome event stays for duplicates, the rest goes.
    public func announced(_ identity: CommandIdentity, round: Int, at time: Date) async throws(LedgerFailure) {
        _ = try await call(.command(identity.description), proves: false) { _ in
            .init(
                LedgerStatements.announced,
                [.text(identity.source), .text(identity.id), .integer(round), .date(time)]
            )
        }
    }

    /// Outcomes that are stored but not announced, the oldest first; not those that another worker is about to publish.
    public func unannounced(
        endedBefore: Date,
        skipping: Int,
        limit: Int
    ) async throws(LedgerFailure) -> [StoredOutcome] {
        let rows = try await call(.last, proves: false) { [lease] _ in
            .init(
                LedgerStatements.unannounced,
                [.integer(lease.number), .date(endedBefore), .integer(skipping), .integer(limit)]
            )
        }
        return try read { try rows.map { try $0.storedOutcome() } }
    }

    /// What waits in the ledger, of all its workers.
    public func parked() async throws(LedgerFailure) -> ParkedCommands {
        let rows = try await call(.last, proves: false) { _ in .init(LedgerStatements.parked, []) }
        return try read {
            ParkedCommands(
                commands: Int(try rows.first?.integer(0) ?? 0),
                bytes: Int(try rows.first?.integer(1) ?? 0)
            )
        }
    }

    /// Deletes commands that ended before and were announced, the longest ended first.
    public func prune(endedBefore: Date, limit: Int) async throws(LedgerFailure) -> Int {
        let rows = try await call(.last, proves: false) { _ in
            .init(LedgerStatements.prune, [.date(endedBefore), .integer(limit)])
        }
        return try read { Int(try rows.first?.integer(0) ?? 0) }
    }

    /// What is added to a case file, and up to what it may have grown for that, in bytes.
    func parameters(_ file: CaseFile?, isLast: Bool = false) -> [Parameter] {
        guard let file else { return [.null, .null, .integer(Int64.max)] }
        return [
            .text(file.inputs.map { StoredCase.text(of: $0) }), .text(StoredCase.text(of: file.entries)),
            .integer(isLast ? Int64.max : Int64(StoredCase.largestEntries)),
        ]
    }

    private func parameters(_ known: KnownSubscription?) -> [Parameter] {
        [.integer(known?.version), .text(known?.kind.rawValue), .flag(known?.endsWithTerm)]
    }
}
