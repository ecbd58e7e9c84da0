import Foundation
import LedgerStorage
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// What operators change, on connections that write: a worker's, or a command's own.
///
/// Whether something may be done is judged here, by the rules that every ledger shares, on what the server says; the
/// server does it only while that is still so, else it is judged again.
struct OperatorCalls: Sendable {
    static let openRound = Statement(
        function: "ledger_open_round",
        "int8",
        "text",
        "text",
        "text",
        "int8",
        "int8",
        "text"
    )
    static let note = Statement(
        function: "ledger_note",
        "text",
        "text",
        "text",
        "text",
        "text",
        "float8",
        "text"
    )
    static let waitOf = Statement(function: "ledger_wait_of", "text", "text", "int8")
    static let endWait = Statement(
        function: "ledger_end_wait",
        "int8",
        "int8",
        "text",
        "int8",
        "int8",
        "float8",
        "bool",
        "text",
        "bytea",
        "text",
        "int8"
    )
    static let pause = Statement(function: "ledger_pause", "text", "text", "float8", "text")
    static let resume = Statement(function: "ledger_resume", "text", "int8")

    static let statements = [openRound, note, waitOf, endWait, pause, resume] + LetterQueries.statements

    /// A command that changes under every look is left alone in the end.
    private static let mostLooks = 20

    let queue: SubmissionQueue
    let lanes: LaneLock
    let place: String

    func openRound(_ letter: LetterOfCommand) async throws(LedgerFailure) -> RoundVerdict {
        let lane = lanes.number(letter.subscriptionID)
        for _ in 0..<Self.mostLooks {
            let rows = try await call(.last) { LetterQueries.standing(letter) }
            let found = try read { try LetterQueries.found(rows, letter) }
            let verdict = found.verdict(on: letter)
            guard case .open(let round) = verdict, let number = found.number, found.standing?.state == .ended else {
                return verdict
            }
            let detail = "round \(round) was opened by a replay; waits for its message"
            let isDone = try await flag(.lane(lane)) {
                .init(
                    Self.openRound,
                    [
                        .integer(lane), .text(letter.identity.source), .text(letter.identity.id),
                        .text(letter.subscriptionID), .integer(number), .integer(round), .text(detail),
                    ]
                )
            }
            if isDone { return verdict }
        }
        throw .unavailable("The command \(letter.identity) changes all the time; try again in a moment.")
    }

    func note(_ note: LetterNote) async throws(LedgerFailure) -> LetterNote {
        let rows = try await call(.command(note.key)) {
            .init(
                Self.note,
                [
                    .text(note.key), .text(note.commandID), .text(note.fate.rawValue), .text(note.replacement),
                    .text(note.by), .date(note.at), .text(note.reason),
                ]
            )
        }
        return try read {
            guard let row = rows.first else { throw ByteReader.Damage() }
            return try LetterQueries.note(row)
        }
    }

    func release(
        _ identity: CommandIdentity,
        as resolution: Resolution,
        at now: Date
    ) async throws(LedgerFailure) -> ReleaseVerdict {
        let token = PostgresLedger.token()
        for _ in 0..<Self.mostLooks {
            let rows = try await call(.last) {
                .init(Self.waitOf, [.text(identity.source), .text(identity.id), .integer(token)])
            }
            let wait = try read { try rows.first.map { try CommandWait($0) } }
            if wait?.isDone == true { return .released }
            let refusal = ReleaseRule.refusal(
                of: resolution,
                state: wait?.state,
                hasDecision: wait?.hasDecision ?? false
            )
            guard refusal == nil, let wait else { return .refused(refusal ?? "the ledger has no such command") }
            let intents = try read { try wait.settledIntents(resolution) }
            let isDone = try await flag(.lane(wait.lane)) {
                .init(
                    Self.endWait,
                    [
                        .integer(wait.lane), .integer(wait.number), .text(wait.state.rawValue), .integer(wait.fence),
                        .integer(token), .date(now), .flag(resolution == .applied),
                        .text("released as \(resolution.rawValue)"), .bytes(intents),
                        .text(StoredCase.text(of: ReleaseRule.note(of: resolution, at: now).entries)),
                        .integer(Int64(StoredCase.largestEntries)),
                    ]
                )
            }
            if isDone { return .released }
        }
        throw .unavailable("The command \(identity) changes all the time; try again in a moment.")
    }

    func pause(_ pause: Pause) async throws(LedgerFailure) {
        _ = try await call(.command(pause.operation.rawValue)) {
            .init(
                Self.pause,
                [.text(pause.operation.rawValue), .text(pause.by), .date(pause.since), .text(pause.reason)]
            )
        }
    }

    func resume(_ operation: OrderOperation) async throws(LedgerFailure) -> Bool {
        let token = PostgresLedger.token()
        return try await flag(.command(operation.rawValue)) {
            .init(Self.resume, [.text(operation.rawValue), .integer(token)])
        }
    }

    private func flag(
        _ rank: Submission.Rank,
        _ call: @escaping @Sendable () -> ServerConnection.Call
    ) async throws(LedgerFailure) -> Bool {
        let rows = try await self.call(rank, call)
        return try read { try rows.first?.flag(0) } ?? false
    }

    private func call(
        _ rank: Submission.Rank,
        _ call: @escaping @Sendable () -> ServerConnection.Call
    ) async throws(LedgerFailure) -> [AnswerRow] {
        switch await queue.run(rank, { _ in call() }) {
        case .rows(let rows): return rows
        case .failed(let failure), .unknown(let failure): throw LedgerFailure(server: failure, place: place)
        }
    }

    private func read<Value>(_ body: () throws -> Value) throws(LedgerFailure) -> Value {
        do { return try body() } catch { throw LedgerFailure(error, place: place) }
    }
}
