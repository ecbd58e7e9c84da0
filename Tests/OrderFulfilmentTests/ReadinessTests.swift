import AMQP
import Logging
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import OrderFulfilment

/// Ready means that orders flow: each condition is missing once.
@Suite struct ReadinessTests {
    /// A connection's status with one thing wrong, and a word of the trouble that it must be.
    struct Sample: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var consumer = ConsumerStatus(epoch: 1, consuming: Set(OrderTopology().consumedQueues))
        var publisher = PublisherStatus(canConfirm: true)
        var word: String?

        init(_ name: String, _ word: String?, _ change: (inout Sample) -> Void = { _ in }) {
            (testDescription, self.word) = (name, word)
            change(&self)
        }
    }

    static let samples = [
        Sample("nothing is wrong", nil),
        Sample("no connection", "no consumer on orders.create-subscription") { $0.consumer.consuming = [] },
        Sample("one queue has no consumer", "no consumer on orders.undelivered") {
            $0.consumer.consuming.remove("orders.undelivered")
        },
        Sample("the consuming loop stands still", "loop stands still") { $0.consumer.secondsSinceLastTurn = 11 },
        Sample("the publishing loop stands still", "loop stands still") { $0.publisher.secondsSinceLastTurn = 11 },
        Sample("publishing is blocked", "memory") {
            $0.publisher.canConfirm = false
            $0.publisher.blocked = "memory"
        },
        Sample("nothing can be confirmed", "not connected") { $0.publisher.canConfirm = false },
    ]

    @Test(arguments: samples)
    func `Invariant 10: ready is who has a consumer on every queue, whose loops turn, and who can confirm`(
        sample: Sample
    ) async throws {
        let readiness = await Self.consumer(sample).readiness()
        #expect(readiness.isReady == (sample.word == nil))
        #expect(
            readiness.troubles.count == (sample.word == nil ? 0 : max(1, readiness.queues.count { !$0.isConsuming }))
        )
        if let word = sample.word { #expect(readiness.troubles.first?.contains(word) == true) }
    }

    @Test func `Invariant 10: ready is who can write to the ledger, and is not draining`() async throws {
        let ledger = TroubledLedger(predecessorWait: 30)
        let consumer = Self.consumer(Sample("all is well", nil), ledger)
        #expect(await consumer.readiness().isReady)
        ledger.setReadOnly(true)
        #expect(await consumer.readiness().troubles.map { $0.contains("read-only") } == [true])
        ledger.setReadOnly(false)
        ledger.setDown(true)
        #expect(await !consumer.readiness().isReady)
        ledger.setDown(false)
        #expect(await consumer.readiness().isReady)
        consumer.line.drain.begin()
        #expect(await !consumer.readiness().isReady)
    }

    static func consumer(
        _ sample: Sample,
        _ ledger: TroubledLedger = TroubledLedger(predecessorWait: 30)
    ) -> OrderConsumer {
        .still(StillSource(status: sample.consumer), StillPublisher(status: sample.publisher), ledger)
    }
}
