import Foundation
import LedgerStorage
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// How every operation goes to the server and comes back.
extension PostgresLedger {
    /// Makes a call; the rows are durable when it returns.
    ///
    /// One that only reads proves nothing about writing.
    func call(
        _ rank: Submission.Rank,
        proves: Bool = true,
        disown: (@Sendable () -> ServerConnection.Call)? = nil,
        _ call: @escaping @Sendable (_ isRepeated: Bool) -> ServerConnection.Call
    ) async throws(LedgerFailure) -> [AnswerRow] {
        switch await queue.run(rank, disown: disown, call) {
        case .rows(let rows):
            if proves { health.succeeded() }
            return rows
        case .failed(let failure), .unknown(let failure):
            let failure = LedgerFailure(server: failure, place: place)
            health.failed(failure)
            throw failure
        }
    }

    /// Makes a call under a claim, which answers whether the claim still counts.
    func underClaim(
        _ claim: Claim,
        _ statement: Statement,
        _ parameters: [Parameter]
    ) async throws(LedgerFailure) {
        guard try await counts(claim, statement, parameters) else { throw .staleClaim }
    }

    /// Makes a call under a claim that leads to a write to EMS.
    func beginUnderClaim(
        _ claim: Claim,
        _ statement: Statement,
        _ parameters: [Parameter]
    ) async throws(LedgerFailure) {
        try await begin { () throws(LedgerFailure) in try await counts(claim, statement, parameters) ? () : nil }
    }

    private func counts(
        _ claim: Claim,
        _ statement: Statement,
        _ parameters: [Parameter]
    ) async throws(LedgerFailure) -> Bool {
        let rows = try await call(.lane(lanes.number(claim.subscriptionID))) { _ in
            .init(statement, parameters)
        }
        return try read { try rows.first?.flag(0) } == true
    }

    /// Makes a call that begins something under a claim; `nil` says that the claim doesn't count.
    ///
    /// That may be because the server hasn't heard of this worker for so long that it may begin nothing. Then it is heard
    /// of first: what nobody has taken meanwhile is still its own, and called void it would stay in hand with nobody at it.
    func begin<Value: Sendable>(
        _ call: () async throws(LedgerFailure) -> Value?
    ) async throws(LedgerFailure) -> Value {
        if let value = try await call() { return value }
        try await comeBack(as: lease.number)
        guard let value = try await call() else { throw .staleClaim }
        return value
    }

    /// What a claim looks like to the functions: its lane, its command, its round and its fence.
    func parameters(_ claim: Claim) -> [Parameter] {
        [
            .integer(lanes.number(claim.subscriptionID)), .text(claim.identity.source), .text(claim.identity.id),
            .integer(claim.round), .integer(claim.fence),
        ]
    }

    /// Tells one call from every other.
    static func token() -> Int64 { Int64.random(in: 1...Int64.max) }

    /// Reads what the server has answered.
    func read<Value>(_ body: () throws -> Value) throws(LedgerFailure) -> Value {
        do { return try body() } catch { throw LedgerFailure(error, place: place) }
    }
}
