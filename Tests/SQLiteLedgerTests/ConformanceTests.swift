import TestKit
import Testing

@Suite struct ConformanceTests {
    @Test(arguments: LedgerConformance.all)
    func `The ledger in a file conforms`(_ requirement: LedgerConformance) async throws {
        try await requirement.run(SQLiteLedgerStore())
    }

    @Test(arguments: LedgerConformance.all)
    func `The ledger in memory conforms`(_ requirement: LedgerConformance) async throws {
        try await requirement.run(.inMemory())
    }
}
