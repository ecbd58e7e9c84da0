public import Foundation
import LedgerStorage
public import OrderFulfilment
import OrderMessages

extension PostgresLedger {
    /// Throws unless a write to EMS may begin under the claim now.
    public func confirm(_ claim: Claim) async throws(LedgerFailure) {
        let parameters = command(of: claim)
        try await begin { () throws(LedgerFailure) -> Void? in
            let rows = try await call(.last, proves: false) { _ in .init(LedgerStatements.confirm, parameters) }
            return try read { try rows.first?.flag(0) } == true ? () : nil
        }
    }

    /// Takes a key for that many seconds by the server's clock, unless somebody has it.
    public func hold(
        _ key: String,
        for seconds: Double,
        at now: Date,
        under claim: Claim
    ) async throws(LedgerFailure) -> KeyAnswer {
        let token = Self.token()
        let parameters = command(of: claim) + [.text(key), .integer(token), .double(seconds)]
        let busy = try await begin { () throws(LedgerFailure) -> Double? in
            let rows = try await call(.command(key)) { _ in .init(LedgerStatements.hold, parameters) }
            return try read { try rows.first?.optionalDouble(0) }
        }
        return busy > 0 ? .busy(seconds: busy) : .held(KeyHold(key: key, token: token))
    }

    /// Gives a key back, unless it is another attempt's by now.
    public func letGo(of hold: KeyHold) async throws(LedgerFailure) {
        _ = try await call(.command(hold.key)) { _ in
            .init(LedgerStatements.letGo, [.text(hold.key), .integer(hold.token)])
        }
    }

    private func command(of claim: Claim) -> [Parameter] {
        [.text(claim.identity.source), .text(claim.identity.id), .integer(claim.round), .integer(claim.fence)]
    }
}
