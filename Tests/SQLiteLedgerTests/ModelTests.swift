import TestKit
import Testing

/// The ledger in a file and the ledger in memory, asked the same, answer the same.
@Suite struct ModelTests {
    @Test(arguments: 1...24)
    func `A random history gives equal answers`(seed: Int) async throws {
        var walk = try await RandomHistory(seed: UInt64(seed), store: SQLiteLedgerStore())
        for _ in 0..<300 { try await walk.step() }
        try await walk.compare()
    }
}
