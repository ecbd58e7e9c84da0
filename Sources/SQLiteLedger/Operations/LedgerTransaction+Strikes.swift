import Foundation
import GRDB
import LedgerStorage
import OrderFulfilment

/// Which messages have killed workers.
extension LedgerTransaction {
    static let strikeSQL = """
        INSERT INTO strike (digest, strikes, struck_at) VALUES (?, 1, ?)
        ON CONFLICT (digest) DO UPDATE SET strikes = strikes + 1, struck_at = excluded.struck_at
        RETURNING strikes
        """

    static let clearStrikesSQL = "DELETE FROM strike WHERE digest = ?"

    /// Adds a strike; answers how many there were before.
    func strike(_ digest: String, at now: Date) throws -> Int {
        (try row(Self.strikeSQL, [digest, now.stored]) { $0[0] as Int } ?? 1) - 1
    }

    /// Forgets a message's strikes.
    func clearStrikes(_ digest: String) throws { try run(Self.clearStrikesSQL, [digest]) }
}
