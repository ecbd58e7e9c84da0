import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import PostgresLedger

/// Several workers on one ledger.
@Suite struct WorkersTests {
    private static func withTwo(
        _ settings: @escaping @Sendable (inout PostgresLedger.Settings) -> Void = { _ in },
        _ body: (PostgresLedgerStore, PostgresLedger, PostgresLedger) async throws -> Void
    ) async throws {
        let store = try await PostgresLedgerStore(settings)
        try await body(store, store.worker(), store.worker())
        await store.close()
    }

    @Test
    func `Invariant 9: a command that all workers get at the same time is granted to one, and safe with the others`()
        async throws
    {
        try await Self.withTwo { _, first, second in
            for number in 0..<40 {
                let request = try LedgerScene.request("\(number)", of: "SUB-\(number)")
                async let one = first.claim(request)
                async let other = second.claim(request)
                let answers = try await [one, other]
                #expect(answers.count { if case .granted = $0 { true } else { false } } == 1, "\(answers)")
                #expect(answers.contains(.parked), "\(answers)")
            }
        }
    }

    @Test func `Invariant 5: commands of one subscription go one at a time over all workers`() async throws {
        try await Self.withTwo { _, first, second in
            let head = try await first.grant("A")
            #expect(try await second.claim(LedgerScene.request("B")) == .parked)
            #expect(try await second.wake(limit: 9, now: LedgerScene.time(9)).isEmpty)
            try await first.complete(LedgerScene.ending(head.claim, version: 1, at: 1), under: head.claim)
            #expect(try await second.claim(LedgerScene.request("C")) == .parked)
            let next = try await second.wake(limit: 9, now: LedgerScene.time(9))
            #expect(next.map(\.grant.claim.identity.id) == ["B"])
            #expect(next.first?.grant.known?.version == 1)
        }
    }

    @Test func `What is due is woken by one worker alone, however many look`() async throws {
        try await Self.withTwo { _, first, second in
            for number in 0..<60 {
                try await first.release(first.grant("\(number)", of: "SUB-\(number)").claim)
            }
            let woken = try await withThrowingTaskGroup(of: [String].self) { group in
                for ledger in [first, second, first, second, first, second] {
                    group.addTask {
                        try await ledger.wake(limit: 10, now: LedgerScene.time(9)).map(\.grant.claim.identity.id)
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            // Whoever looks while others are about to claim passes theirs over, and may find less than it asked for.
            let rest = try await first.wake(limit: 100, now: LedgerScene.time(9)).map(\.grant.claim.identity.id)
            #expect((woken + rest).sorted() == (0..<60).map { "\($0)" }.sorted())
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `A worker hears at once of what another one has made due, and not of itself`() async throws {
        try await Self.withTwo { _, first, second in
            let head = try await first.grant("A")
            #expect(try await first.claim(LedgerScene.request("B")) == .parked)
            // Their connections are there, and listen, once they have answered.
            for ledger in [first, second] { _ = try await ledger.statistics() }
            try await first.complete(LedgerScene.ending(head.claim, version: 1, at: 1), under: head.claim)
            var heard = second.wakeUps.makeAsyncIterator()
            #expect(await heard.next() != nil)
            await first.close()
            await second.close()
            for await _ in first.wakeUps { Issue.record("heard itself") }
        }
    }

    @Test func `Invariant 5: nothing counts that a worker writes after its lease`() async throws {
        try await Self.withTwo { store, frozen, other in
            let grant = try await frozen.grant("A")
            try await frozen.record(Self.decision(grant), under: grant.claim)
            try await store.endLeases()
            let claim = grant.claim
            let intent = Intent(id: "late", call: "POST", effects: [], deadline: LedgerScene.time(9))
            let parking = Parking(wait: .settling, due: LedgerScene.time(9), detail: "late")
            func refusesAll() async {
                await #expect(throws: LedgerFailure.staleClaim) {
                    try await frozen.record(Self.decision(grant), under: claim)
                }
                await #expect(throws: LedgerFailure.staleClaim) { try await frozen.intend(intent, under: claim) }
                await #expect(throws: LedgerFailure.staleClaim) { try await frozen.park(parking, under: claim) }
                await #expect(throws: LedgerFailure.staleClaim) { try await frozen.release(claim) }
                await #expect(throws: LedgerFailure.staleClaim) {
                    try await frozen.complete(LedgerScene.ending(claim, version: 7, at: 1), under: claim)
                }
            }
            await refusesAll()
            try await other.renew()
            let taken = try #require(try await other.wake(limit: 9, now: Date()).first).grant
            #expect(taken.claim.identity == claim.identity && taken.claim.fence > claim.fence)
            #expect(taken.decision == Self.decision(grant))
            await refusesAll()
            // Even when it has come back as a new worker.
            try await frozen.renew()
            await refusesAll()
            try await other.complete(LedgerScene.ending(taken.claim, version: 1, at: 1), under: taken.claim)
            #expect(try await frozen.subscription(claim.subscriptionID)?.version == 1)
        }
    }

    @Test func `Invariant 3: a silent worker loses at once what it had not decided, and the rest when EMS has settled`()
        async throws
    {
        try await Self.withTwo { store, silent, other in
            let undecided = try await silent.grant("A")
            let decided = try await silent.grant("B", of: "SUB-2")
            try await silent.record(Self.decision(decided), under: decided.claim)
            try await store.sql("UPDATE ledger_worker SET begins_until = '-infinity'")
            for claim in [undecided.claim, decided.claim] {
                let held = "lane, source, id, \(claim.round), \(claim.fence)"
                let key = "source, id, \(claim.round), \(claim.fence)"
                let begins = """
                    SELECT ledger_record(\(held), '{}'), ledger_intend(\(held), '{"id": "create"}'), ledger_confirm(\(key)),
                        ledger_hold(\(key), 'key', 1, 9) FROM ledger_command WHERE id = '\(claim.identity.id)'
                    """
                #expect(try await store.sql(begins) == [["f", "f", "f", nil]], "nothing may begin")
            }
            try await other.renew()
            #expect(try await other.wake(limit: 9, now: Date()).isEmpty, "it may have killed the silent one")
            #expect(try await other.wakeSuspect(now: Date())?.grant.claim.identity.id == "A")
            #expect(try await other.claim(LedgerScene.request("B", of: "SUB-2")) == .parked)
            await #expect(throws: LedgerFailure.staleClaim) {
                try await silent.record(Self.decision(undecided), under: undecided.claim)
            }
            // What it has begun it may still end.
            try await silent.complete(LedgerScene.ending(decided.claim, version: 1, at: 1), under: decided.claim)
            #expect(try await other.orders(withID: "B").first?.state == .ended)
        }
    }

    /// What may begin only while the server has heard of the worker.
    private static let beginnings: [(String, @Sendable (PostgresLedger, Grant) async throws -> Void)] = [
        ("record", { try await $0.record(decision($1), under: $1.claim) }),
        (
            "intend",
            { try await $0.intend(Intent(id: "c", call: "POST", effects: [], deadline: Date()), under: $1.claim) }
        ),
        ("confirm", { try await $0.confirm($1.claim) }),
        ("hold", { _ = try await $0.hold("key", for: 9, at: LedgerScene.time(1), under: $1.claim) }),
    ]

    @Test(arguments: beginnings)
    func `Invariant 5: a worker that was silent for a while goes on with what nobody has taken`(
        _ call: String,
        _ begin: @Sendable (PostgresLedger, Grant) async throws -> Void
    ) async throws {
        try await Self.withTwo { store, worker, _ in
            let grant = try await worker.grant("A")
            // As long as the server was away, it could hear of nobody.
            try await store.sql("UPDATE ledger_worker SET begins_until = '-infinity'")
            try await begin(worker, grant)
            try await worker.complete(LedgerScene.ending(grant.claim, version: 1, at: 1), under: grant.claim)
            #expect(try await worker.orders(withID: "A").first?.state == .ended)
        }
    }

    @Test func `A redelivery takes over when the lease is over, not before`() async throws {
        try await Self.withTwo { store, silent, other in
            let grant = try await silent.grant("A")
            #expect(try await other.claim(LedgerScene.request("A")) == .parked)
            try await store.endLeases()
            try await other.renew()
            let taken = try await other.grant("A")
            #expect(taken.claim.fence > grant.claim.fence)
        }
    }

    @Test func `A worker that was away too long comes back as a new one`() async throws {
        try await Self.withTwo { store, first, _ in
            try await store.endLeases()
            _ = try await first.grant("A")
            try await store.endLeases()
            try await first.renew()
            #expect(try await first.wake(limit: 9, now: Date()).map(\.grant.claim.identity.id) == ["A"])
        }
    }

    @Test func `Who goes in order leaves nothing undecided behind, and what it decided until EMS has settled`()
        async throws
    {
        try await Self.withTwo { store, first, second in
            _ = try await first.grant("A")
            let decided = try await first.grant("B", of: "SUB-2")
            try await first.record(Self.decision(decided), under: decided.claim)
            await first.close()
            #expect(try await second.wake(limit: 9, now: Date()).map(\.grant.claim.identity.id) == ["A"])
            #expect(try await second.orders(withID: "B").first?.state == .inHand)
            try await store.endLeases()
            try await second.renew()
            #expect(try await second.wake(limit: 9, now: Date()).map(\.grant.claim.identity.id).contains("B"))
        }
    }

    static func decision(_ grant: Grant) -> Decision {
        Decision(
            operation: .renewSubscription,
            subscriptionID: grant.claim.subscriptionID,
            baseVersion: 0,
            previousState: .active,
            state: .active,
            kind: .paid,
            endsWithTerm: false,
            plan: .update([Change(.orderID, from: .text("SO-1"), to: .text("SO-2"))])
        )
    }
}

extension Ledger {
    /// Claims, and is granted.
    func grant(_ id: String, of subscription: String = "SUB-1") async throws -> Grant {
        let answer = try await claim(LedgerScene.request(id, of: subscription))
        guard case .granted(let grant) = answer else { throw LedgerScene.Surprise("\(id): \(answer)") }
        return grant
    }
}
