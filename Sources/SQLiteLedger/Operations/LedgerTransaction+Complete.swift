import Foundation
import GRDB
import LedgerStorage
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

extension LedgerTransaction {
    static let endSQL = """
        UPDATE command SET state = 'ended', outcome = ?, code = ?, detail = ?, ended_at = ? WHERE number = ?
        """

    static let announcedSQL = """
        UPDATE command SET is_announced = 1, announced_at = ?
        WHERE id = ? AND source = ? AND round = ? AND state = 'ended' AND is_announced = 0 RETURNING number
        """

    static let unannouncedSQL = """
        SELECT number FROM command WHERE state = 'ended' AND is_announced = 0 AND ended_at < ?
        ORDER BY ended_at, number LIMIT ? OFFSET ?
        """

    static let outcomeSQL = """
        SELECT c.source, c.id, c.round, c.outcome, c.is_announced, o.letters, o.event
        FROM command c JOIN outcome o USING (number) WHERE c.number = ?
        """

    static let pruneSQL = """
        DELETE FROM command WHERE number IN (
            SELECT number FROM command WHERE is_announced = 1 AND ended_at < ? ORDER BY ended_at, number LIMIT ?
        ) RETURNING number
        """

    /// Ends the command, frees its lane and readies whoever comes next.
    func complete(_ ending: Ending, _ part: CasePart?, under claim: Claim) throws {
        let number = try held(claim)
        try keep(part, of: number)
        let subscription = claim.subscriptionID.description
        try run(
            Self.endSQL,
            [ending.outcome.rawValue, ending.code, ending.detail, ending.endedAt.stored, number]
        )
        let letters = ending.publishings.dropLast()
        try run(
            "INSERT INTO outcome (number, event, letters) VALUES (?, ?, ?)",
            [
                number,
                ending.publishings.isEmpty ? nil : StoredMessages.bytes(of: ending.publishings.suffix(1)).blob,
                letters.isEmpty ? nil : StoredMessages.bytes(of: letters).blob,
            ]
        )
        let before = try known(subscription)
        if let known = ending.known { try learn(known, of: subscription) }
        if let known = ending.known ?? before { try ripen(subscription, version: known.version) }
        if before == nil, ending.known != nil, try creates(number) { try lineUp(subscription) }
        try promote(subscription, due: ending.endedAt)
    }

    /// Keeps the outcome event alone.
    func announced(_ identity: CommandIdentity, round: Int, at time: Date) throws {
        let arguments: StatementArguments = [time.stored, identity.id, identity.source, round]
        guard let number = try row(Self.announcedSQL, arguments, { $0[0] as Int64 }) else { return }
        try run("DELETE FROM message WHERE number = ?", [number])
        try run("UPDATE outcome SET letters = NULL WHERE number = ? AND letters IS NOT NULL", [number])
    }

    /// What must be published for a command that has ended.
    func storedOutcome(_ number: Int64) throws -> StoredOutcome {
        let stored = try row(Self.outcomeSQL, [number]) { row in
            guard let outcome = Outcome(rawValue: row[3]) else { throw ByteReader.Damage() }
            let blobs = [row[5] as Data?, row[6] as Data?].compactMap { $0 }
            return StoredOutcome(
                identity: CommandIdentity(source: row[0], id: row[1]),
                round: row[2],
                outcome: outcome,
                isAnnounced: row[4],
                publishings: try blobs.flatMap { try StoredMessages.publishings([UInt8]($0)) }
            )
        }
        guard let stored else { throw ByteReader.Damage() }
        return stored
    }

    /// The oldest outcomes that wait to be published.
    func unannounced(endedBefore: Date, skipping: Int, limit: Int) throws -> [StoredOutcome] {
        try rows(Self.unannouncedSQL, [endedBefore.stored, max(0, limit), max(0, skipping)]) { $0[0] as Int64 }
            .map(storedOutcome)
    }

    /// Deletes the longest ended of those that were announced.
    func prune(endedBefore: Date, limit: Int) throws -> Int {
        let numbers = try rows(Self.pruneSQL, [endedBefore.stored, max(0, limit)]) { $0[0] as Int64 }
        for number in numbers {
            try run("DELETE FROM outcome WHERE number = ?", [number])
            try run("DELETE FROM decision WHERE number = ?", [number])
            try run("DELETE FROM case_file WHERE number = ?", [number])
        }
        try run("DELETE FROM held_key WHERE held_until < ?", [endedBefore.stored])
        return numbers.count
    }
}
