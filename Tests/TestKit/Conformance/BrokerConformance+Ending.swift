import AMQP

/// Several queues, several consumers, and what becomes of a delivery in the end.
extension BrokerConformance {
    func consumesSeveralQueues() async throws {
        let queues = [names.quorumQueue("one"), names.quorumQueue("two")]
        let exchange = names.exchange("in")
        try await broker.declare(
            Topology(
                exchanges: [.init(exchange, .fanout)],
                queues: queues,
                bindings: queues.map { .init(exchange, to: $0.name, routingKey: "") }
            )
        )
        try await publish(["a", "b", "c"])
        let subscriptions = zip(queues, [1, 2]).map { QueueSubscription(queue: $0.name, prefetch: Prefetch($1)) }
        let consumer = try await broker.consumer(subscriptions)
        try await eventually("two consumers") { consumer.status.consuming == Set(queues.map(\.name)) }
        let inbox = self.inbox(consumer)
        let first = try await inbox.first(3)
        // Each queue has the prefetch of its own.
        try requireEqual(first.count { $0.queue == queues[0].name }, 1, "deliveries of the first queue")
        try await eventuallyDepth(2, of: queues[0].name)
        try await eventuallyDepth(1, of: queues[1].name)
        try requireEqual(consumer.status.unsettled, 3, "unsettled of both")
        try requireEqual(Set(first.map(\.id)).count, 3, "handles")
        var settled = 0
        while settled < 6 {
            for delivery in inbox.all[settled...] {
                consumer.settle(delivery.id, .acknowledge)
                settled += 1
            }
            if settled < 6 { _ = try await inbox.first(settled + 1) }
        }
        for queue in queues {
            try requireEqual(
                texts(inbox.all.filter { $0.queue == queue.name }),
                ["a", "b", "c"],
                "order of \(queue.name)"
            )
        }
        await consumer.close()
    }

    func sharesAQueueAmongConsumers() async throws {
        let queue = try await declareOneQueue()
        let consumers = [try await consumer(of: queue, prefetch: 1), try await consumer(of: queue, prefetch: 1)]
        try await publish(["a", "b"])
        var seen: [String] = []
        for consumer in consumers { seen += texts(try await inbox(consumer).first(1)) }
        try requireEqual(Set(seen), ["a", "b"], "what two consumers hold")
        for consumer in consumers { await consumer.close() }
    }

    func givesBackInOrder() async throws {
        let queue = try await declareOneQueue(["x-delivery-limit": 10])
        let sent = ["a", "b", "c", "d"]
        try await publish(sent)
        let first = try await consumer(of: queue, prefetch: 3)
        _ = try await inbox(first).first(3)
        await first.close()
        try await eventuallyDepth(4, of: queue)
        let second = try await consumer(of: queue)
        let deliveries = try await inbox(second).first(4)
        try requireEqual(texts(deliveries), sent, "the order after a close")
        try requireEqual(deliveries.map(\.isRedelivered), [true, true, true, false], "which are redelivered")
        await second.close()
    }

    func dropsSettlementsOfNothing() async throws {
        let queue = try await declareOneQueue()
        try await publish(["one"])
        let consumer = try await consumer(of: queue)
        let delivery = try await inbox(consumer).first(1)[0]
        for id in [DeliveryID(epoch: delivery.id.epoch, tag: 77), DeliveryID(epoch: 99, tag: delivery.id.tag)] {
            consumer.settle(id, .acknowledge)
        }
        try await eventually("two dropped settlements") { consumer.status.staleSettlements == 2 }
        try requireEqual(consumer.status.unsettled, 1, "unsettled")
        consumer.settle(delivery.id, .acknowledge)
        await consumer.close()
        try await eventuallyDepth(0, of: queue)
    }

    func dropsSettlementsAfterClose() async throws {
        let queue = try await declareOneQueue()
        try await publish(["one"])
        let consumer = try await consumer(of: queue)
        let delivery = try await inbox(consumer).first(1)[0]
        await consumer.close()
        consumer.settle(delivery.id, .acknowledge)
        try await eventually("a dropped settlement") { consumer.status.staleSettlements == 1 }
        try await eventuallyDepth(1, of: queue)
    }

    func endsTwice() async throws {
        let queue = try await declareOneQueue()
        let consumer = try await consumer(of: queue)
        try requireEqual(consumer.status.trouble, nil, "trouble of a consumer that consumes")
        try requireEqual(consumer.status.epoch, 1, "the first epoch")
        for _ in 1...2 { await consumer.stop() }
        for _ in 1...2 { await consumer.close() }
        await consumer.stop()
        try requireEqual(consumer.status.consuming, [], "consumers after the end")
        try require(consumer.status.trouble != nil, "a closed consumer must say what keeps it from consuming")
        let publisher = try await broker.publisher()
        try await eventually("a publisher that can confirm") { publisher.status.canConfirm }
        try requireEqual(publisher.status.trouble, nil, "trouble of a publisher that can confirm")
        for _ in 1...2 { await publisher.close() }
        try require(publisher.status.trouble != nil, "a closed publisher must say what keeps it from publishing")
        // What comes now finds no consumer.
        try await publish(["left"])
        try await eventuallyDepth(1, of: queue)
    }
}
