import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import PostgresLedger

/// What workers had in hand that are heard of no more.
@Suite struct SuspectTests {
    private static func silence(_ store: PostgresLedgerStore, _ ledger: PostgresLedger) async throws {
        let silent = "begins_until = '-infinity'"
        try await store.sql("UPDATE ledger_worker SET \(silent) WHERE id = \(ledger.lease.number)")
    }

    @Test func `Each suspect of a dead worker is taken by one of the others, and then it is none any more`()
        async throws
    {
        let store = try await PostgresLedgerStore()
        let (dead, first, second) = try await (store.worker(), store.worker(), store.worker())
        for number in 0..<10 { _ = try await dead.grant("\(number)", of: "SUB-\(number)") }
        #expect(try await !first.hasSuspects())
        try await Self.silence(store, dead)
        try await first.renew()
        for ledger in [first, second] { #expect(try await ledger.hasSuspects()) }
        #expect(try await first.wake(limit: 99, now: Date()).isEmpty)
        #expect(try await first.nextDue() == nil)
        let taken = try await withThrowingTaskGroup(of: [String].self) { group in
            for ledger in [first, second, first, second] {
                group.addTask {
                    var ids: [String] = []
                    while let suspect = try await ledger.wakeSuspect(now: Date()) {
                        ids.append(suspect.grant.claim.identity.id)
                    }
                    return ids
                }
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        #expect(taken.sorted() == (0..<10).map { "\($0)" })
        #expect(try await !second.hasSuspects())
        await store.close()
    }

    @Test func `A worker that was only cut off acquits what it had, whether in time or as a new one`() async throws {
        let store = try await PostgresLedgerStore()
        let (frozen, other) = try await (store.worker(), store.worker())
        for isLate in [false, true] {
            let id = "late \(isLate)"
            _ = try await frozen.grant(id, of: "SUB-\(isLate)")
            try await Self.silence(store, frozen)
            if isLate { try await store.sql("UPDATE ledger_worker SET lease_until = begins_until") }
            try await other.renew()
            #expect(try await other.hasSuspects())
            try await frozen.renew()
            #expect(try await !other.hasSuspects())
            #expect(try await other.wake(limit: 9, now: Date()).map(\.grant.claim.identity.id) == [id])
        }
        await store.close()
    }

    @Test func `Who goes in order leaves no suspects, and who comes after it follows no crash`() async throws {
        let store = try await PostgresLedgerStore()
        let first = try await store.worker()
        _ = try await first.grant("A")
        await first.close()
        let second = try await store.worker()
        #expect(!second.followsCrash)
        #expect(try await !second.hasSuspects())
        #expect(try await second.wake(limit: 9, now: Date()).map(\.grant.claim.identity.id) == ["A"])
        // One that comes beside a worker that lives doesn't either, but after one that is silent.
        #expect(try await !store.worker().followsCrash)
        try await Self.silence(store, second)
        #expect(try await store.worker().followsCrash)
        await store.close()
    }

    @Test func `A suspect whose waking nobody heard of stays one`() async throws {
        let store = try await PostgresLedgerStore()
        let (dead, other) = try await (store.worker(), store.worker())
        _ = try await dead.grant("A")
        try await Self.silence(store, dead)
        try await other.renew()
        let token = PostgresLedger.token()
        let worker = other.lease.number
        _ = try await other.call(.last) { _ in
            .init(LedgerStatements.wakeSuspect, [.integer(worker), .integer(token), .flag(false)])
        }
        #expect(try await !other.hasSuspects())
        let disown = other.disown(token, of: worker, isSuspect: true)
        _ = try await other.call(.last) { _ in disown() }
        #expect(try await other.hasSuspects())
        await store.close()
    }

    @Test(.timeLimit(.minutes(1)))
    func `Workers hear at once of a pause and of its end`() async throws {
        let store = try await PostgresLedgerStore()
        let worker = try await store.worker()
        _ = try await worker.statistics()
        let operators = try await PostgresOperatorLedger.open(url: store.url)
        var heard = worker.wakeUps.makeAsyncIterator()
        let pause = Pause(operation: .renewSubscription, by: "ann", since: LedgerScene.time(0), reason: "EMS moves")
        try await operators.pause(pause)
        #expect(await heard.next() != nil)
        #expect(try await worker.pauses() == [pause])
        #expect(try await worker.claim(LedgerScene.request("A")) == .parked)
        #expect(try await operators.resume(.renewSubscription))
        #expect(await heard.next() != nil)
        await operators.close()
        await store.close()
    }
}
