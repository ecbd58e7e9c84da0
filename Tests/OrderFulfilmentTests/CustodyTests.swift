import AMQP
import Foundation
import OrderMessages
import SubscriptionLifecycle
import Synchronization
import TestKit
import Testing

@testable import OrderFulfilment

/// Nothing is held unacknowledged past half of the broker's consumer timeout, whatever it waits for.
@Suite struct CustodyTests {
    /// Half an hour of the broker's passes within seconds.
    private static func setup(prefetch: Int = 200, retry: RetrySchedule = RetrySchedule()) -> LineSetup {
        LineSetup(retry: retry, prefetch: prefetch, time: FastTime(speed: 20), consumerTimeout: 240)
    }

    /// The longest time, by the line's clock, for which a delivery was unsettled within the body.
    private func longestHold(
        _ line: LineUnderTest,
        _ body: () async throws -> Void
    ) async throws -> Double {
        let watch = Task {
            var longest = 0.0
            while !Task.isCancelled {
                let oldest = line.consumer.line.custody.oldest(in: line.source.status.epoch)
                longest = max(longest, oldest.map { line.setup.time.uptime - $0 } ?? 0)
                await line.setup.time.timekeeper.sleep(1)
            }
            return longest
        }
        try await body()
        watch.cancel()
        return await watch.value
    }

    @Test(.timeLimit(.minutes(2)))
    func `While the ledger is away deliveries go back before half of the time, and stay in their order`() async throws {
        try await withLine(Self.setup()) { line in
            try await line.create()
            line.ledger.setDown(true)
            // Without expected versions only the order of the queue says which comes last.
            for number in 1...20 {
                let change: JSON = [
                    "lineItems": ["change": [["lineId": "1", "quantity": .integer(10 + number)]]],
                    "term": ["months": 1],
                ]
                try await line.send("u\(number)", .renewWithUpsell, change)
            }
            try await eventually("all are held") { line.counts.inFlight == 20 }
            let longest = try await longestHold(line) {
                try await eventually("they have come again twice") { line.source.status.epoch >= 3 }
            }
            #expect(longest < 120, "\(longest) s of 240")
            #expect(line.source.status.unsettled == 20)
            line.ledger.setDown(false)
            try await line.idle()
            #expect((1...20).allSatisfy { line.outcomes(of: "u\($0)").first?.outcome == "succeeded" })
            let held = await line.gateway.held(GatewaySamples.id("SUB-1"))
            #expect(held?.lineItems.first?.quantity == 30, "the last one counts")
            // Events may overtake each other on their way: subscribers order by version.
            #expect((1...20).map { line.outcomes(of: "u\($0)").first?.version } == (2...21).map { $0 })
        }
    }

    @Test
    func
        `Invariant 5: nothing of a connection that is gone claims any more, which would overtake what gave up before it`()
        async throws
    {
        let ledger = TroubledLedger(predecessorWait: 30)
        let line = OrderConsumer.still(StillSource(), StillPublisher(), ledger).line
        let epoch = Mutex<UInt64>(1)
        let runner = LineRunner(line: line, currentEpoch: { epoch.withLock { $0 } }, settle: { _, _ in })
        let queue = line.topology.queue(.renewSubscription)
        let order = ClaimOrder()
        ledger.setDown(true)
        await withTaskGroup { group in
            for tag in 1...3 as ClosedRange<UInt64> {
                let message = Message(
                    exchange: line.topology.commands,
                    routingKey: "renew-subscription",
                    properties: Properties(contentType: "application/cloudevents+json"),
                    body: Commands.event("r\(tag)", .renewSubscription, of: "SUB-1", Commands.renewal).compactBytes
                )
                let delivery = Delivery(
                    id: DeliveryID(epoch: 1, tag: tag),
                    queue: queue,
                    isRedelivered: false,
                    message: message
                )
                let place = order.place(in: queue)
                group.addTask { await runner.handle(delivery, place) }
            }
            epoch.withLock { $0 = 2 }
            ledger.setDown(false)
        }
        #expect(ledger.claims.isEmpty)
        #expect(line.counters.snapshot.fates[.abandoned] == 3)
    }

    @Test(.timeLimit(.minutes(2)))
    func `A poison message whose dead letter nobody takes goes back, alone, and is tried again`() async throws {
        try await withLine(Self.setup()) { line in
            line.publisher.refuse(line.topology.deadLetters, with: .refused)
            try await line.send(Array("poison".utf8), to: "create-subscription")
            let longest = try await longestHold(line) {
                try await eventually("it went back twice") { line.count(.givenBack) >= 2 }
            }
            #expect(longest < 120, "\(longest) s of 240")
            #expect(line.source.status.epoch == 1, "nobody else is disturbed")
            line.publisher.refuse(line.topology.deadLetters, with: nil)
            _ = try await line.deadLetter()
            try await line.idle()
            #expect(line.deadLetters.count == 1)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `A command whose dead letter nobody takes goes back, and its end is announced once somebody does`()
        async throws
    {
        try await withLine(Self.setup(retry: RetrySchedule(inProcess: [], parked: []))) { line in
            line.publisher.refuse(line.topology.deadLetters, with: .refused)
            await line.gateway.trouble(.entitlement, with: .transient("down", retryAfter: nil))
            try await line.send("create", .createSubscription, Commands.creation)
            let longest = try await longestHold(line) {
                try await eventually("it went back") { line.count(.givenBack) >= 1 }
            }
            #expect(longest < 120, "\(longest) s of 240")
            #expect(line.source.status.epoch == 1)
            line.publisher.refuse(line.topology.deadLetters, with: nil)
            #expect(try await line.outcome(of: "create").reason == "attempts-exhausted")
            try await line.idle()
            #expect(Set(line.deadLetters.map(\.body)).count == 1)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `A read whose answer nobody takes goes back, and is read again`() async throws {
        try await withLine(Self.setup()) { line in
            try await line.create()
            line.publisher.refuse(line.topology.events, with: .refused)
            try await line.send("view", .viewEntitlement)
            let longest = try await longestHold(line) {
                try await eventually("it went back") { line.count(.givenBack) >= 1 }
            }
            #expect(longest < 120, "\(longest) s of 240")
            line.publisher.refuse(line.topology.events, with: nil)
            #expect(try await line.outcome(of: "view").outcome == "succeeded")
            try await line.idle()
            #expect(line.source.status.epoch == 1)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `A pause and an outage count together, not each by itself`() async throws {
        try await withLine(Self.setup(retry: RetrySchedule(inProcess: [], parked: [3000]))) { line in
            // EMS fails for everyone.
            for _ in 0..<5000 { await line.gateway.trouble(.entitlement, with: .transient("down", retryAfter: nil)) }
            for number in 1...5 {
                try await line.send("c\(number)", .createSubscription, of: "SUB-c\(number)", Commands.creation)
            }
            try await eventually("the breaker is open") { await line.consumer.readiness().isEMSFailing }
            try await eventually("nothing is held") { line.counts.inFlight == 0 }
            _ = try await line.consumer.perform(
                .pause(Pause(operation: .startTrial, by: "ann", since: line.setup.time.now))
            )
            try await line.send("trial", .startTrial, of: "SUB-t", Commands.trial)
            let longest = try await longestHold(line) {
                let start = line.setup.time.uptime
                try await eventually("half of its time is over") { line.setup.time.uptime > start + 50 }
                _ = try await line.consumer.perform(.resume(.startTrial))
                try await eventually("it is parked") { line.counts.inFlight == 0 }
            }
            #expect(longest < 95, "\(longest) s of 80 that it may wait")
            await line.gateway.clearTroubles()
            #expect(try await line.outcome(of: "trial").outcome == "succeeded")
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `Whatever a delivery waits for, it goes back in time`() async throws {
        try await withLine(Self.setup()) { line in
            let gate = Gate()
            // A call that doesn't return is the worst of all waits.
            await line.gateway.beforeApply { _ in await gate.pass() }
            try await line.send("create", .createSubscription, Commands.creation)
            try await eventually("it is at it") { gate.waiting == 1 }
            let longest = try await longestHold(line) {
                try await eventually("it comes again") { line.source.status.epoch >= 2 && line.counts.deliveries == 2 }
            }
            #expect(longest < 120, "\(longest) s of 240")
            gate.open()
            try await line.outcome(of: "create")
            try await line.idle()
            #expect(await line.effects(on: "SUB-1").count == 1)
        }
    }
}
