import Foundation
import OrderFulfilment
import OrderMessages
import TestKit
import Testing

@testable import PostgresLedger

/// What workers do for all of them: relaying, forgetting, keeping patience.
@Suite struct SharedWorkTests {
    @Test func `An outcome is relayed by the worker that has it, and by another one when that is gone`() async throws {
        let store = try await PostgresLedgerStore()
        let (first, second) = try await (store.worker(), store.worker())
        let grant = try await first.grant("A")
        try await first.complete(LedgerScene.ending(grant.claim, version: 1, at: 1), under: grant.claim)
        func waiting(_ ledger: PostgresLedger, before seconds: Double) async throws -> [String] {
            try await ledger.unannounced(endedBefore: LedgerScene.time(seconds), limit: 9).map(\.identity.id)
        }
        #expect(try await waiting(second, before: 20).isEmpty)
        #expect(try await waiting(first, before: 20) == ["A"])
        try await store.endLeases()
        try await second.renew()
        #expect(try await waiting(second, before: 20) == ["A"])
        try await first.renew()
        #expect(try await waiting(first, before: 20).isEmpty)
        // Nor is one that its worker doesn't get rid of left to that worker for ever.
        #expect(try await waiting(first, before: 70) == ["A"])
        await store.close()
    }

    @Test func `Forgetting by several workers at once forgets each once, and neither knowledge nor what is open`()
        async throws
    {
        let store = try await PostgresLedgerStore()
        let (first, second) = try await (store.worker(), store.worker())
        for number in 0..<50 {
            let grant = try await first.grant("\(number)", of: "SUB-\(number)")
            try await first.complete(LedgerScene.ending(grant.claim, version: 1, at: 1), under: grant.claim)
            if number > 4 { try await first.announced(grant.claim.identity, round: 1) }
        }
        for number in 0..<3 { _ = try await first.grant("open \(number)", of: "SUB-\(number)") }
        let forgotten = try await withThrowingTaskGroup(of: Int.self) { group in
            for ledger in [first, second, first, second] {
                group.addTask {
                    var sum = 0
                    while true {
                        let count = try await ledger.prune(endedBefore: LedgerScene.time(2), limit: 7)
                        sum += count
                        if count == 0 { return sum }
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(forgotten == 45)
        let left = try await first.statistics()
        #expect(left.unannounced == 5 && left.open[.inHand] == 3 && left.claimed == 8)
        #expect(try await store.sql("SELECT count(*) FROM ledger_subscription") == [["50"]])
        for table in ["message", "outcome"] {
            let orphans =
                "SELECT 1 FROM ledger_\(table) t WHERE NOT EXISTS (SELECT FROM ledger_command c WHERE c.number = t.number)"
            #expect(try await store.sql(orphans).isEmpty)
        }
        await store.close()
    }

    @Test func `Patience is given back once, and only while no worker is well`() async throws {
        let store = try await PostgresLedgerStore()
        let (first, second) = try await (store.worker(), store.worker())
        _ = try await first.grant("A")
        #expect(try await first.claim(LedgerScene.request("B", expecting: 3)) == .parked)
        func due() async throws -> Double? {
            try await first.nextDue()?.timeIntervalSince(LedgerScene.time(0))
        }
        try await first.extendPatience(by: 10)
        #expect(try await due() == 30, "the other one is well")
        try await second.extendPatience(by: 10)
        #expect(try await due() == 30, "the first one of them gives it back")
        try await first.extendPatience(by: 10)
        #expect(try await due() == 40)
        await store.close()
    }

    @Test func `A worker that comes beside another one gives nobody more patience`() async throws {
        let store = try await PostgresLedgerStore()
        let first = try await store.worker()
        _ = try await first.grant("A")
        #expect(try await first.claim(LedgerScene.request("B", expecting: 3)) == .parked)
        _ = try await store.worker(now: LedgerScene.time(1000))
        #expect(try await first.nextDue() == LedgerScene.time(30))
        await store.close()
    }
}
