public import Foundation
public import OrderFulfilment
public import OrderMessages
public import SubscriptionLifecycle

/// What operators change and ask.
extension InMemoryLedger {
    /// What opening a round would answer.
    public func verdict(on letter: LetterOfCommand) throws(LedgerFailure) -> RoundVerdict {
        try checkOpen()
        let row = rows.first { $0.request.identity == letter.identity }
        let since = row?.ending?.endedAt ?? letter.time?.addingTimeInterval(1)
        let later = rows.first { other in
            guard let since, let ending = other.ending, other.lane == letter.subscriptionID else { return false }
            return other.number > row?.number ?? 0 && ending.endedAt >= since
                && (ending.outcome == .succeeded || ending.code == "partially-applied")
        }
        let standing = row.map { row in
            RoundRule.Standing(
                isSameContent: row.request.fingerprint == letter.fingerprint,
                state: row.state,
                outcome: row.ending?.outcome,
                round: row.round,
                isAnnounced: row.isAnnounced,
                expectedVersion: row.request.expectedVersion,
                version: subscriptions[letter.subscriptionID]?.version ?? 0
            )
        }
        return RoundRule.verdict(on: letter, standing, laterID: later?.request.identity.id)
    }

    /// Opens the round after the one that ended in the letter.
    public func openRound(_ letter: LetterOfCommand, at now: Date) throws(LedgerFailure) -> RoundVerdict {
        let verdict = try verdict(on: letter)
        guard case .open(let round) = verdict,
            let index = rows.firstIndex(where: { $0.request.identity == letter.identity && $0.state == .ended })
        else { return verdict }
        var row = LedgerRow(number: rows[index].number, request: rows[index].request)
        row.state = .reopened
        row.round = round
        row.detail = "round \(round) was opened by a replay; waits for its message"
        row.intents = rows[index].intents.filter { $0.fate == .open }
        row.caseFile = rows[index].caseFile
        row.caseFile?.inputs = nil
        rows[index] = row
        return verdict
    }

    /// Keeps a note, unless the one that stands doesn't give way.
    public func note(_ note: LetterNote) throws(LedgerFailure) -> LetterNote {
        try checkOpen()
        if let earlier = notes[note.key], !earlier.givesWay(to: note) { return earlier }
        notes[note.key] = note
        return note
    }

    /// What became of a dead letter.
    public func note(of key: String) throws(LedgerFailure) -> LetterNote? {
        try checkOpen()
        return notes[key]
    }

    /// Ends a command's wait.
    public func release(
        _ identity: CommandIdentity,
        as resolution: Resolution,
        at now: Date
    ) throws(LedgerFailure) -> ReleaseVerdict {
        try checkOpen()
        let found = rows.firstIndex { $0.request.identity == identity }
        let row = found.map { rows[$0] }
        let refusal = ReleaseRule.refusal(of: resolution, state: row?.state, hasDecision: row?.decision != nil)
        guard refusal == nil, let found, let row else { return .refused(refusal ?? "the ledger has no such command") }
        rows[found].keep(ReleaseRule.note(of: resolution, at: now))
        if row.state == .premature {
            rows[found].place = nextPlace(row.lane)
            rows[found].state = .behind
            rows[found].due = nil
            rows[found].patience = .left
            promote(row.lane, due: now)
            return .released
        }
        let fate: Intent.Fate? =
            switch resolution {
            case .applied: .answered
            case .notApplied: .notApplied
            case .retryNow: nil
            }
        for index in row.intents.indices where row.intents[index].fate == .open {
            if let fate { rows[found].intents[index].fate = fate }
        }
        rows[found].due = now
        rows[found].isDeclaredApplied = resolution == .applied
        rows[found].detail = "released as \(resolution.rawValue)"
        return .released
    }

    /// Pauses an operation, unless it is paused already.
    public func pause(_ pause: Pause) throws(LedgerFailure) {
        try checkOpen()
        paused[pause.operation] = paused[pause.operation] ?? pause
    }

    /// Ends a pause.
    public func resume(_ operation: OrderOperation) throws(LedgerFailure) -> Bool {
        try checkOpen()
        return paused.removeValue(forKey: operation) != nil
    }

    /// The operations that are paused, by name.
    public func pauses() throws(LedgerFailure) -> [Pause] {
        try checkOpen()
        return paused.values.sorted { $0.operation.rawValue < $1.operation.rawValue }
    }
}
