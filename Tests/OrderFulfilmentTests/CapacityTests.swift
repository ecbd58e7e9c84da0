import AMQP
import OrderMessages
import SubscriptionLifecycle
import Synchronization
import TestKit
import Testing

@testable import OrderFulfilment

/// How many orders call EMS at the same time.
@Suite struct CapacityTests {
    @Test(.timeLimit(.minutes(2)))
    func `Orders go on at the pace of an EMS that takes few calls at once, and faster when it takes more`() async throws
    {
        let crowd = Crowd(room: 3, retryAfter: 1)
        try await withLine(LineSetup(time: FastTime(speed: 10), crowd: crowd)) { line in
            let crowded = try #require(line.crowded)
            for number in 1...150 {
                try await line.send("a\(number)", .createSubscription, of: "SUB-a\(number)", Commands.creation)
            }
            try await eventually("some have ended", within: .seconds(60)) { line.outcomes.count >= 40 }
            #expect((1...6).contains(await line.consumer.readiness().ems.limit))
            #expect(await line.consumer.readiness().ems.waiting > 0)
            #expect(await line.consumer.readiness().isReady)
            let (before, refused) = (crowded.calls, crowded.turnedAway)
            try await line.idle(within: .seconds(90))
            // At the beginning it had to find out.
            let part = Double(crowded.turnedAway - refused) / Double(crowded.calls - before)
            #expect(part < 0.25, "\(part) of the calls were turned away")
            #expect(crowded.largest <= 3)
            crowded.resize(room: 30)
            for number in 1...500 {
                try await line.send("b\(number)", .createSubscription, of: "SUB-b\(number)", Commands.creation)
            }
            try await eventually("it has noticed", within: .seconds(60)) {
                await line.consumer.readiness().ems.limit > 8 && crowded.largest > 8
            }
            try await line.idle(within: .seconds(90))
            #expect(line.outcomes.count { $0.outcome == "succeeded" } == 650)
            #expect(line.deadLetters.isEmpty)
        }
    }

    @Test func `A sync that waits for its events keeps nobody from EMS, not even where that takes one call at a time`()
        async throws
    {
        try await withLine(LineSetup(confirmTimeout: 6000, concurrency: 1)) { line in
            try await line.create()
            line.publisher.refuse(line.topology.events, with: .refused)
            try await line.send("sync", .syncEntitlements)
            try await eventually("it has its page") { await line.gateway.calls[.search] == 1 }
            try await line.send("create-2", .createSubscription, of: "SUB-2", Commands.creation)
            try await line.waits("create-2", as: .ended)
            #expect(line.outcomes(of: "sync").isEmpty)
            line.publisher.refuse(line.topology.events, with: nil)
            try await line.outcome(of: "create-2")
            try await eventually("it is through") { line.outcomes(of: "sync").last?.outcome == "succeeded" }
        }
    }

    @Test func `Orders that wait too long for their turn at EMS are parked, without an attempt`() async throws {
        let setup = LineSetup(prefetch: 4, concurrency: 1, time: FastTime(speed: 400), consumerTimeout: 1800)
        try await withLine(setup) { line in
            let gate = Gate()
            await line.gateway.beforeApply { _ in await gate.pass() }
            for number in 1...4 {
                try await line.send("c\(number)", .createSubscription, of: "SUB-\(number)", Commands.creation)
            }
            try await eventually("one is at it") { gate.waiting == 1 }
            try await eventually("the others are parked") { line.count(.parked) == 3 }
            let waiting = try await line.ledger.orders(matching: OrderFilter())
            #expect(waiting.allSatisfy { $0.attempts == 0 })
            gate.open()
            try await line.idle()
            // So fast that one or the other is published twice.
            let done = line.outcomes.filter { $0.outcome == "succeeded" }
            #expect(Set(done.map(\.message.body)).count == 4)
        }
    }

    @Test func `Orders that wait for their turn go back when the worker shuts down`() async throws {
        let gate = Gate()
        let setup = LineSetup(concurrency: 1, broker: InMemoryBroker())
        try await withLine(setup) { line in
            await line.gateway.beforeApply { _ in await gate.pass() }
            for number in 1...5 {
                try await line.send("c\(number)", .createSubscription, of: "SUB-\(number)", Commands.creation)
            }
            try await eventually("one is at it, four wait") {
                let ems = await line.consumer.readiness().ems
                return gate.waiting == 1 && ems.waiting == 4
            }
            Task {
                try await eventually("the others are back") { line.count(.givenBack) == 4 }
                gate.open()
            }
        }
        #expect(setup.broker?.depth(of: OrderTopology().queue(.createSubscription)) == 4)
    }

    // MARK: - The turnstile

    private func turnstile(_ maximum: Int = 1) -> Turnstile {
        Turnstile(EMSCapacity(maximum: maximum, uptime: { 0 }))
    }

    /// Lets one wait, and answers once it does.
    private func wait(
        _ turnstile: Turnstile,
        _ name: String,
        _ order: Ordered,
        hasBegun: Bool = false,
        until deadline: Double = 100
    ) async throws -> Task<Void, Never> {
        let before = turnstile.waitingCount
        let task = Task {
            let refusal = await turnstile.enter(until: deadline, hasBegun: hasBegun)
            order.names.withLock { $0.append(refusal.map { "\(name) \($0)" } ?? name) }
        }
        try await eventually("\(name) waits") { turnstile.waitingCount == before + 1 }
        return task
    }

    @Test func `Whoever waits goes in order, those that have begun first`() async throws {
        let (turnstile, order) = (turnstile(), Ordered())
        #expect(await turnstile.enter(until: 100, hasBegun: false) == nil)
        var tasks: [Task<Void, Never>] = []
        for name in ["a", "b", "c"] { tasks.append(try await wait(turnstile, name, order)) }
        tasks.append(try await wait(turnstile, "begun", order, hasBegun: true))
        for count in 1...4 {
            turnstile.leave()
            try await eventually("\(count) are through") { order.all.count == count }
        }
        #expect(order.all == ["begun", "a", "b", "c"])
        #expect(turnstile.insideCount == 1)
        for task in tasks { await task.value }
    }

    @Test func `Whoever is cancelled, late, or caught by a shutdown takes nobody's turn`() async throws {
        let (turnstile, order) = (turnstile(), Ordered())
        #expect(await turnstile.enter(until: 100, hasBegun: false) == nil)
        let cancelled = try await wait(turnstile, "cancelled", order)
        let late = try await wait(turnstile, "late", order, until: 10)
        let next = try await wait(turnstile, "next", order)
        let last = try await wait(turnstile, "last", order)
        cancelled.cancel()
        await cancelled.value
        turnstile.look(now: 9, isDraining: false)
        #expect(turnstile.waitingCount == 3)
        turnstile.look(now: 10, isDraining: false)
        await late.value
        turnstile.leave()
        await next.value
        turnstile.look(now: 11, isDraining: true)
        await last.value
        #expect(order.all == ["cancelled shutdown", "late outage", "next", "last shutdown"])
        #expect(turnstile.insideCount == 1)
        turnstile.leave()
        #expect(turnstile.insideCount == 0)
        #expect(await Task { await turnstile.enter(until: 100, hasBegun: false) }.value == nil)
    }

    @Test func `Whoever steps aside lets another go, and comes back without waiting`() async throws {
        let (turnstile, order) = (turnstile(), Ordered())
        #expect(await turnstile.enter(until: 100, hasBegun: false) == nil)
        let other = try await wait(turnstile, "other", order)
        turnstile.leave()
        await other.value
        turnstile.comeBack()
        #expect(turnstile.insideCount == 2)
        let third = try await wait(turnstile, "third", order)
        turnstile.leave()
        #expect(turnstile.waitingCount == 1)
        turnstile.leave()
        await third.value
        #expect(turnstile.insideCount == 1)
    }

    private final class Ordered: Sendable {
        let names = Mutex<[String]>([])
        var all: [String] { names.withLock { $0 } }
    }
}
