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
        let rows = try await call(.lane(lanes.number(claim.subscriptionID))) { _ in
            .init(statement, parameters)
        }
        guard try read({ try rows.first?.flag(0) }) == true else { throw .staleClaim }
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
