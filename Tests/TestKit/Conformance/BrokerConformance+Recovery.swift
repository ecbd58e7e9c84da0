import AMQP

extension BrokerConformance {
    /// Throws when the broker behaves otherwise.
    public func check(_ recovery: Recovery) async throws {
        switch recovery {
        case .deliversAgainUnderANewEpoch: try await deliversAgainUnderANewEpoch()
        case .dropsSettlementsOfAnEarlierEpoch: try await dropsSettlementsOfAnEarlierEpoch()
        case .keepsToThePrefetchAgain: try await keepsToThePrefetchAgain()
        case .publishesAgain: try await publishesAgain()
        case .forgetsTheUnread: try await forgetsTheUnread()
        case .renewsInOrder: try await renewsInOrder()
        }
    }

    private func cut(_ consumer: any DeliverySource, of queue: QueueName) async throws {
        let epoch = consumer.status.epoch
        try await broker.cutConnections()
        try await eventually("a consumer in a new epoch") {
            consumer.status.epoch > epoch && consumer.status.consuming == [queue]
        }
    }

    private func renewsInOrder() async throws {
        let queue = try await declareOneQueue()
        let sent = (1...20).map { "\($0)" }
        try await publish(sent)
        let consumer = try await consumer(of: queue, prefetch: 50)
        let inbox = self.inbox(consumer)
        let before = try await inbox.first(sent.count)
        // What was settled stays so; the rest comes again, as it was.
        for delivery in before[5..<10] { consumer.settle(delivery.id, .acknowledge) }
        try await eventually("they are settled") { consumer.status.unsettled == sent.count - 5 }
        consumer.renew()
        let left = Array(sent[..<5] + sent[10...])
        let again = Array(try await inbox.first(sent.count + left.count)[sent.count...])
        try requireEqual(texts(again), left, "what came again")
        try require(again.allSatisfy { $0.isRedelivered }, "what comes again is redelivered")
        try require(again.allSatisfy { $0.id.epoch > before[0].id.epoch }, "the epoch has not grown")
        for delivery in again { consumer.settle(delivery.id, .acknowledge) }
        await consumer.close()
        try await eventuallyDepth(0, of: queue)
    }

    private func deliversAgainUnderANewEpoch() async throws {
        let queue = try await declareOneQueue()
        try await publish(["a", "b"])
        let consumer = try await consumer(of: queue)
        let inbox = self.inbox(consumer)
        let before = try await inbox.first(2)
        try await cut(consumer, of: queue)
        let again = try await inbox.first(4)[2...]
        try requireEqual(Set(texts(Array(again))), ["a", "b"], "what came again")
        try require(again.allSatisfy { $0.isRedelivered }, "what comes again is redelivered")
        try require(again.allSatisfy { $0.id.epoch > before[0].id.epoch }, "the epoch has not grown")
        for delivery in again { consumer.settle(delivery.id, .acknowledge) }
        await consumer.close()
        try await eventuallyDepth(0, of: queue)
    }

    private func dropsSettlementsOfAnEarlierEpoch() async throws {
        let queue = try await declareOneQueue()
        try await publish(["a"])
        let consumer = try await consumer(of: queue)
        let inbox = self.inbox(consumer)
        let old = try await inbox.first(1)[0]
        try await cut(consumer, of: queue)
        let new = try await inbox.first(2)[1]
        try requireEqual(new.id.tag, old.id.tag, "the tag that both deliveries have")
        consumer.settle(old.id, .acknowledge)
        try await eventually("a dropped settlement") { consumer.status.staleSettlements == 1 }
        await consumer.close()
        try await eventuallyDepth(1, of: queue)
    }

    private func keepsToThePrefetchAgain() async throws {
        let queue = try await declareOneQueue()
        try await publish((0..<8).map(String.init))
        let consumer = try await consumer(of: queue, prefetch: 2)
        let inbox = self.inbox(consumer)
        _ = try await inbox.first(2)
        try await cut(consumer, of: queue)
        _ = try await inbox.first(4)
        try await eventuallyDepth(6, of: queue)
        try requireEqual(inbox.all.count, 4, "deliveries under a prefetch of 2, twice")
        await consumer.close()
    }

    private func publishesAgain() async throws {
        let queue = try await declareOneQueue()
        let publisher = try await broker.publisher()
        try await publisher.publish(publishing("before"))
        try await broker.cutConnections()
        // The cut may hit this very message; then it is published again, as the seam asks for.
        while true {
            do throws(PublishFailure) {
                try await publisher.publish(publishing("after"))
                break
            } catch {
                guard case .unknown = error else { throw error }
            }
        }
        let depth = try await broker.depth(of: queue)
        try require(depth >= 2, "two messages were confirmed, \(depth) are in the queue")
        await publisher.close()
    }

    private func forgetsTheUnread() async throws {
        let queue = try await declareOneQueue()
        try await publish(["a", "b"])
        let consumer = try await consumer(of: queue)
        try await eventually("two unsettled") { consumer.status.unsettled == 2 }
        try await cut(consumer, of: queue)
        // Nobody had read them: now they come once, under the new epoch.
        let inbox = self.inbox(consumer)
        let deliveries = try await inbox.first(2)
        try require(deliveries.allSatisfy { $0.id.epoch > 1 && $0.isRedelivered }, "the unread came from an old epoch")
        try requireEqual(consumer.status.unsettled, 2, "unsettled in the new epoch")
        for delivery in deliveries { consumer.settle(delivery.id, .acknowledge) }
        try await eventually("everything is settled") { consumer.status.unsettled == 0 }
        try requireEqual(inbox.all.count, 2, "deliveries after the cut")
        await consumer.close()
        try await eventuallyDepth(0, of: queue)
    }
}
