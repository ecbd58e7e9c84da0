import Foundation
import GRDB
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import SQLiteLedger

/// What was answered is in the file; what the file holds is never half of an operation.
@Suite struct CrashTests {
    @Test func `Copies taken in the middle of work hold every answer given before, and nothing by halves`() async throws
    {
        let store = try SQLiteLedgerStore()
        let ledger = try await store.openFile(now: LedgerScene.time(0))
        let answered = Answered()
        let lives = 40
        async let work: Void = withThrowingTaskGroup(of: Void.self) { group in
            for lane in 0..<lives {
                group.addTask {
                    for number in 0..<10 { try await Self.live(lane, number, ledger, answered) }
                }
            }
            try await group.waitForAll()
        }
        for _ in 0..<5 {
            let before = await answered.ended
            let copy = try await store.openCopy(now: LedgerScene.time(100))
            let ended = try await copy.orders(matching: OrderFilter(state: .ended, limit: 10_000))
            #expect(before.isSubset(of: ended.map(\.identity.id)))
            for record in ended {
                let version = try #require(Int(record.identity.id.split(separator: "-")[1])) + 1
                let known = try await copy.subscription(#require(SubscriptionID(record.subscriptionID)))
                #expect(try #require(known).version >= version)
                #expect(record.outcomeEvent == "{\"outcome of\":\"\(record.identity.id)\"}")
            }
            let statistics = try await copy.statistics()
            #expect(statistics.claimed == statistics.ended + statistics.open.values.reduce(0, +))
            #expect(statistics.open[.inHand] == 0)
            await copy.close()
            await answered.next(atLeast: before.count + 50, of: lives * 10)
        }
        try await work
        #expect(await answered.ended.count == lives * 10)
        await ledger.close()
    }

    private static func live(_ lane: Int, _ number: Int, _ ledger: SQLiteLedger, _ answered: Answered) async throws {
        let request = try LedgerScene.request("\(lane)-\(number)", of: "SUB-\(lane)")
        guard case .granted(let grant) = try await ledger.claim(request) else {
            throw LedgerScene.Surprise("not granted")
        }
        try await ledger.complete(LedgerScene.ending(grant.claim, version: number + 1, at: 1), under: grant.claim)
        await answered.add(request.identity.id)
    }
}
