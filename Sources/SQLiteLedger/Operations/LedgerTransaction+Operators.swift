import Foundation
import GRDB
import LedgerStorage
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// What operators change.
extension LedgerTransaction {
    static let reopenSQL = """
        UPDATE command SET state = 'reopened', round = ?, detail = ?, outcome = NULL, code = NULL, ended_at = NULL,
            is_announced = 0, attempts = 0, is_exhausted = 0, is_declared_applied = 0, fence = 0
        WHERE number = ?
        """

    static let releasableSQL = """
        SELECT c.number, c.state, c.subscription, d.decision IS NOT NULL, d.intents
        FROM command c LEFT JOIN decision d USING (number) WHERE c.id = ? AND c.source = ?
        """

    static let dueNowSQL = """
        UPDATE command SET due = ?, is_declared_applied = ?, detail = ? WHERE number = ?
        """

    /// Opens the round after the one that ended in the letter.
    func openRound(_ letter: LetterOfCommand, at now: Date) throws -> RoundVerdict {
        let found = try LetterQueries.found(database, letter)
        let verdict = RoundRule.verdict(
            on: letter,
            found?.standing,
            laterID: try LetterQueries.laterID(database, letter, found)
        )
        guard case .open(let round) = verdict, let found, found.standing.state == .ended else { return verdict }
        try run(Self.reopenSQL, [round, "round \(round) was opened by a replay; waits for its message", found.number])
        try run("DELETE FROM outcome WHERE number = ?", [found.number])
        let stored = try row("SELECT intents FROM decision WHERE number = ?", [found.number]) { $0[0] as Data? }
        try run("DELETE FROM decision WHERE number = ?", [found.number])
        // What had no answer may still land, whichever round it was called in.
        let open = try StoredJSON.intents(stored ?? nil).filter { $0.fate == .open }
        if !open.isEmpty { try write(open, of: found.number) }
        // What was decided on in one round is of no use to the next.
        try run("UPDATE case_file SET inputs = NULL WHERE number = ?", [found.number])
        return verdict
    }

    /// Keeps a note, unless the one that stands doesn't give way.
    func note(_ note: LetterNote) throws -> LetterNote {
        if let earlier = try LetterQueries.note(database, of: note.key), !earlier.givesWay(to: note) { return earlier }
        try run(
            """
            INSERT OR REPLACE INTO letter (key, command_id, fate, replacement, noted_by, noted_at, reason)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                note.key, note.commandID, note.fate.rawValue, note.replacement, note.by, note.at.stored, note.reason,
            ]
        )
        return note
    }

    /// Ends a command's wait.
    func release(_ identity: CommandIdentity, as resolution: Resolution, at now: Date) throws -> ReleaseVerdict {
        let found = try row(Self.releasableSQL, [identity.id, identity.source]) { row in
            (
                number: row[0] as Int64, state: try state(row[1]), lane: row[2] as String, hasDecision: row[3] as Bool,
                intents: try StoredJSON.intents(row[4])
            )
        }
        let refusal = ReleaseRule.refusal(of: resolution, state: found?.state, hasDecision: found?.hasDecision ?? false)
        guard refusal == nil, let found else { return .refused(refusal ?? "the ledger has no such command") }
        try keep(CasePart(ReleaseRule.note(of: resolution, at: now)), of: found.number)
        if found.state == .premature {
            try run(Self.standBehindSQL, [try nextPlace(found.lane), false, found.number])
            if try isFree(found.lane) { try promote(found.lane, due: now) }
            return .released
        }
        let fate: Intent.Fate? =
            switch resolution {
            case .applied: .answered
            case .notApplied: .notApplied
            case .retryNow: nil
            }
        if let fate, found.intents.contains(where: { $0.fate == .open }) {
            let settled = found.intents.map { intent in
                var intent = intent
                if intent.fate == .open { intent.fate = fate }
                return intent
            }
            try write(settled, of: found.number)
        }
        try run(
            Self.dueNowSQL,
            [now.stored, resolution == .applied, "released as \(resolution.rawValue)", found.number]
        )
        return .released
    }

    /// Pauses an operation, unless it is paused already.
    func pause(_ pause: Pause) throws {
        try run(
            "INSERT OR IGNORE INTO pause (operation, paused_by, since, reason) VALUES (?, ?, ?, ?)",
            [pause.operation.rawValue, pause.by, pause.since.stored, pause.reason]
        )
    }

    /// Ends a pause.
    func resume(_ operation: OrderOperation) throws -> Bool {
        try row("DELETE FROM pause WHERE operation = ? RETURNING 1", [operation.rawValue]) { _ in true } ?? false
    }

    private func write(_ intents: [Intent], of number: Int64) throws {
        try run(
            """
            INSERT INTO decision (number, intents) VALUES (?, ?)
            ON CONFLICT (number) DO UPDATE SET intents = excluded.intents
            """,
            [number, try StoredJSON.bytes(of: intents)]
        )
    }
}
