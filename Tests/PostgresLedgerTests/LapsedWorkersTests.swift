import Foundation
import OrderFulfilment
import TestKit
import Testing

@testable import PostgresLedger

/// Workers that come anew, and those that are still counted though they are gone.
@Suite struct LapsedWorkersTests {
    private static let living = """
        SELECT count(*) FROM ledger_worker WHERE NOT has_left AND lease_until > clock_timestamp()
        """

    /// A premature command that is due at 30.
    private static func parkPremature(_ ledger: PostgresLedger) async throws {
        _ = try await ledger.grant("A")
        #expect(try await ledger.claim(LedgerScene.request("B", expecting: 3)) == .parked)
        #expect(try await ledger.nextDue() == LedgerScene.time(30))
    }

    private static func prematureDue(_ store: PostgresLedgerStore) async throws -> Double {
        let rows = try await store.sql("SELECT due FROM ledger_command WHERE state = 'premature'")
        return try #require(rows.first?.first.flatMap(\.self).flatMap(Double.init))
    }

    @Test func `A worker whose lease is over comes anew once, however many of its calls find that out`() async throws {
        let store = try await PostgresLedgerStore()
        let worker = try await store.worker()
        try await Self.parkPremature(worker)
        try await store.endLeases()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<40 {
                group.addTask { _ = try await worker.grant("\(number)", of: "SUB-\(number + 2)") }
            }
            try await group.waitForAll()
        }
        #expect(try await store.sql(Self.living) == [["1"]])
        // Nobody else is there who could let it go on.
        let due = try await Self.prematureDue(store)
        try await worker.extendPatience(by: 10)
        #expect(try await Self.prematureDue(store) == due + 10)
        await store.close()
    }

    @Test(arguments: ["claim", "wake", "wakeSuspect"])
    func `A worker that may begin nothing, but whose lease goes on, comes back as who it was`(_ call: String)
        async throws
    {
        let store = try await PostgresLedgerStore()
        let worker = try await store.worker()
        let (before, held) = (worker.lease.number, try await worker.grant("A"))
        try await store.sql("UPDATE ledger_worker SET begins_until = '-infinity'")
        switch call {
        case "claim": _ = try await worker.grant("B", of: "SUB-2")
        case "wake": _ = try await worker.wake(limit: 1, now: LedgerScene.time(0))
        case _: _ = try await worker.wakeSuspect(now: LedgerScene.time(0))
        }
        #expect(worker.lease.number == before)
        #expect(try await store.sql("SELECT id FROM ledger_worker") == [["\(before)"]])
        try await worker.confirm(held.claim)
        await store.close()
    }

    @Test func `A call that is made again because its answer was lost brings its worker once`() async throws {
        let store = try await PostgresLedgerStore()
        let before = try await store.worker().lease.number
        let join = "SELECT o_worker FROM ledger_join('again', 30, 120, 0, 5, \(before), 77)"
        let first = try await store.sql(join)
        #expect(try await store.sql(join) == first)
        #expect(first != [["\(before)"]])
        #expect(try await store.sql(Self.living) == [["1"]])
        await store.close()
    }

    @Test func `A worker that is heard of no more keeps nobody's patience running, though its lease goes on`()
        async throws
    {
        let store = try await PostgresLedgerStore()
        let (gone, worker) = try await (store.worker(), store.worker())
        try await Self.parkPremature(worker)
        try await worker.extendPatience(by: 10)
        #expect(try await worker.nextDue() == LedgerScene.time(30), "the other one is well")
        try await store.sql("UPDATE ledger_worker SET begins_until = '-infinity' WHERE id = \(gone.lease.number)")
        try await worker.extendPatience(by: 10)
        #expect(try await worker.nextDue() == LedgerScene.time(40))
        // Nor does it for one that comes when no other is left.
        try await store.sql("UPDATE ledger_worker SET begins_until = '-infinity'")
        _ = try await store.worker(now: LedgerScene.time(1000))
        #expect(try await worker.nextDue() == LedgerScene.time(1000 + LedgerConformance.predecessorWait))
        await store.close()
    }

    @Test func `A worker that goes doesn't come anew`() async throws {
        let store = try await PostgresLedgerStore()
        let worker = try await store.worker()
        worker.lease.leaves()
        try await store.endLeases()
        await #expect(throws: LedgerFailure.self) { try await worker.renew() }
        #expect(try await store.sql(Self.living) == [["0"]])
        await store.close()
    }
}
