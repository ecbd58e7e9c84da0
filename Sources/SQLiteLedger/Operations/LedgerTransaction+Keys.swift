import Foundation
import GRDB
import LedgerStorage
import OrderFulfilment

/// Keys of what several commands may want to bring into being.
extension LedgerTransaction {
    static let holdSQL = """
        INSERT INTO held_key (key, token, held_until) VALUES (?, ?, ?)
        ON CONFLICT (key) DO UPDATE SET token = excluded.token, held_until = excluded.held_until
        WHERE held_key.held_until <= ?
        RETURNING 1
        """

    static let holderSQL = "SELECT held_until FROM held_key WHERE key = ?"

    static let letGoSQL = "DELETE FROM held_key WHERE key = ? AND token = ?"

    /// Takes a key, unless somebody has it.
    func hold(_ key: String, for seconds: Double, at now: Date, under claim: Claim) throws -> KeyAnswer {
        _ = try held(claim)
        let token = fences.next()
        let until = now.addingTimeInterval(seconds)
        let isHeld = try row(Self.holdSQL, [key, token, until.stored, now.stored]) { _ in true } ?? false
        if isHeld { return .held(KeyHold(key: key, token: token)) }
        let end = try row(Self.holderSQL, [key]) { Date(stored: $0[0]) } ?? now
        return .busy(seconds: end.timeIntervalSince(now))
    }

    /// Gives a key back.
    func letGo(of hold: KeyHold) throws { try run(Self.letGoSQL, [hold.key, hold.token]) }
}
