import TestKit
import Testing

/// The ledger in PostgreSQL and the ledger in memory, asked the same, answer the same.
@Suite struct ModelTests {
    @Test(arguments: 1...8)
    func `A random history gives equal answers`(seed: Int) async throws {
        let store = try await PostgresLedgerStore()
        var walk = try await RandomHistory(seed: UInt64(seed), store: store)
        for _ in 0..<300 { try await walk.step() }
        try await walk.compare()
        await store.close()
    }
}
