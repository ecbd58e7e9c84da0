import AMQP
import Foundation
import LedgerStorage
public import OrderFulfilment
import OrderMessages
public import SubscriptionLifecycle

extension PostgresLedger {
    /// Claims a command for the line, or says why not.
    public func claim(_ request: ClaimRequest) async throws(LedgerFailure) -> ClaimAnswer {
        let lane = lanes.number(request.subscriptionID)
        let message = StoredMessages.bytes(of: request.message)
        let patience = predecessorWait
        let token = Self.token()
        while true {
            let worker = lease.number
            let rows = try await call(.lane(lane), disown: disown(token, of: worker)) { _ in
                .init(
                    LedgerStatements.claim,
                    [
                        .integer(worker), .integer(token), .integer(lane), .text(request.identity.source),
                        .text(request.identity.id), .text(request.fingerprint), .text(request.operation.rawValue),
                        .text(request.subscriptionID.description), .integer(request.expectedVersion), .bytes(message),
                        .integer(request.message.body.count), .date(request.receivedAt), .double(patience),
                        .flag(request.operation.createsSubscription),
                    ]
                )
            }
            let answer = try read { try Self.answer(rows) }
            switch answer {
            case .lapsed: try await comeBack(as: worker)
            case .replay(let number):
                // Forgotten since then, it comes for the first time.
                if let stored = try await storedOutcome(number) { return .replay(stored) }
            case .other(let answer): return answer
            }
        }
    }

    private enum Answer {
        case lapsed
        case replay(Int64)
        case other(ClaimAnswer)
    }

    private static func answer(_ rows: [AnswerRow]) throws -> Answer {
        guard let row = rows.first else { throw ByteReader.Damage() }
        switch try row.text(0) {
        case "granted": return .other(.granted(try row.grant()))
        case "replay": return .replay(try row.integer(1))
        case "in-hand": return .other(.inHand)
        case "parked": return .other(.parked)
        case "conflict": return .other(.conflict)
        case "lapsed": return .lapsed
        case _: throw ByteReader.Damage()
        }
    }

    private func storedOutcome(_ number: Int64) async throws(LedgerFailure) -> StoredOutcome? {
        let rows = try await call(.last, proves: false) { _ in .init(LedgerStatements.outcomeOf, [.integer(number)]) }
        // A function without a row answers with one of nulls.
        guard let row = rows.first, row.fields.first != .some(nil) else { return nil }
        return try read { try row.storedOutcome() }
    }

    /// Makes the decision durable, before the first write to EMS.
    public func record(
        _ decision: Decision,
        _ file: CaseFile?,
        under claim: Claim
    ) async throws(LedgerFailure) {
        let json = try read { try StoredJSON.bytes(of: decision) }
        try await beginUnderClaim(
            claim,
            LedgerStatements.record,
            parameters(claim) + [.bytes([UInt8](json))] + parameters(file)
        )
    }

    /// Makes an intent durable (adds it, or replaces the one of the same id), before its call.
    public func intend(_ intent: Intent, under claim: Claim) async throws(LedgerFailure) {
        let json = try read { try StoredJSON.bytes(of: [intent]) }
        // The brackets of the list of one are the server's business.
        let element = [UInt8](json.dropFirst().dropLast())
        try await beginUnderClaim(claim, LedgerStatements.intend, parameters(claim) + [.bytes(element)])
    }

    /// What undoes a call that has put something in hand without anybody's knowledge.
    func disown(
        _ token: Int64,
        of worker: Int64,
        isSuspect: Bool = false
    ) -> @Sendable () -> ServerConnection.Call {
        { .init(LedgerStatements.disown, [.integer(worker), .integer(token), .flag(isSuspect)]) }
    }
}
