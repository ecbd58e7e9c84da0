import TestKit
import Testing

@Suite struct ConformanceTests {
    @Test(arguments: LedgerConformance.all)
    func `The ledger in PostgreSQL conforms`(_ requirement: LedgerConformance) async throws {
        let store = try await PostgresLedgerStore()
        try await requirement.run(store)
        await store.close()
    }
}
