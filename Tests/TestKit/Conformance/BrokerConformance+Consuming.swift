import AMQP

extension BrokerConformance {
    func keepsTheOrderOfAQueue() async throws {
        let queue = try await declareOneQueue()
        let sent = (0..<50).map(String.init)
        try await publish(sent)
        let consumer = try await consumer(of: queue, prefetch: 7)
        let inbox = self.inbox(consumer)
        for number in sent.indices {
            let delivery = try await inbox.first(number + 1)[number]
            consumer.settle(delivery.id, .acknowledge)
        }
        try requireEqual(texts(inbox.all), sent, "the order of the queue")
        await consumer.close()
    }

    func keepsToThePrefetch() async throws {
        let queue = try await declareOneQueue()
        try await publish((0..<10).map(String.init))
        let consumer = try await consumer(of: queue, prefetch: 3)
        let inbox = self.inbox(consumer)
        let first = try await inbox.first(3)
        try await eventuallyDepth(7, of: queue)
        try requireEqual(inbox.all.count, 3, "deliveries under a prefetch of 3")
        try requireEqual(consumer.status.unsettled, 3, "unsettled")
        consumer.settle(first[1].id, .acknowledge)
        _ = try await inbox.first(4)
        try await eventuallyDepth(6, of: queue)
        try requireEqual(inbox.all.count, 4, "deliveries after one settlement")
        await consumer.close()
    }

    func forgetsTheAcknowledged() async throws {
        let queue = try await declareOneQueue()
        try await publish(["a", "b", "c", "d"])
        let consumer = try await consumer(of: queue)
        let deliveries = try await inbox(consumer).first(4)
        // Out of order: the prefix must not take the third with it.
        for index in [1, 3, 0] { consumer.settle(deliveries[index].id, .acknowledge) }
        await consumer.close()
        try await eventuallyDepth(1, of: queue)
        let next = try await self.consumer(of: queue)
        try requireEqual(texts(try await inbox(next).first(1)), ["c"], "what is left")
        await next.close()
    }

    func deliversTheRequeuedAgain() async throws {
        let queue = try await declareOneQueue()
        try await publish(["again"])
        let consumer = try await consumer(of: queue)
        let inbox = self.inbox(consumer)
        consumer.settle(try await inbox.first(1)[0].id, .requeue)
        let second = try await inbox.first(2)[1]
        try require(second.isRedelivered, "a requeued message comes back as redelivered")
        try requireEqual(second.message.properties.headers["x-delivery-count"], .integer(1), "the delivery count")
        consumer.settle(second.id, .acknowledge)
        await consumer.close()
        try await eventuallyDepth(0, of: queue)
    }

    func requeuesInPlaceUnderADeliveryLimit() async throws {
        let queue = try await declareOneQueue(["x-delivery-limit": 10])
        try await publish(["first", "second", "third"])
        let consumer = try await consumer(of: queue, prefetch: 1)
        let inbox = self.inbox(consumer)
        for number in 0..<4 {
            let delivery = try await inbox.first(number + 1)[number]
            consumer.settle(delivery.id, number == 0 ? .requeue : .acknowledge)
        }
        try requireEqual(texts(inbox.all), ["first", "first", "second", "third"], "the order with one requeued")
        await consumer.close()
    }

    func deadLettersOverTheDeliveryLimit() async throws {
        let (dead, target) = (names.quorumQueue("dead"), names.exchange("dead"))
        try await broker.declare(
            Topology(
                exchanges: [.init(target, .fanout)],
                queues: [dead],
                bindings: [.init(target, to: dead.name, routingKey: "")]
            )
        )
        let queue = try await declareOneQueue([
            "x-delivery-limit": 1, "x-dead-letter-exchange": .text(target.rawValue),
        ])
        try await publish(["poison"])
        let consumer = try await consumer(of: queue)
        let inbox = self.inbox(consumer)
        for number in 0..<2 { consumer.settle(try await inbox.first(number + 1)[number].id, .requeue) }
        let undertaker = try await self.consumer(of: dead.name)
        let message = try await self.inbox(undertaker).first(1)[0].message
        try requireEqual(message.exchange, target, "the exchange of a dead message")
        try requireEqual(message.routingKey, "key", "the key of a dead message")
        let headers = message.properties.headers
        try requireEqual(headers.text("x-first-death-reason"), "delivery_limit", "the reason")
        try requireEqual(headers.text("x-first-death-queue"), queue.rawValue, "the queue")
        try requireEqual(headers.text("x-first-death-exchange"), names.exchange("in").rawValue, "the exchange")
        await consumer.close()
        await undertaker.close()
    }

    func dropsSecondSettlements() async throws {
        let queue = try await declareOneQueue()
        try await publish(["one", "two"])
        let consumer = try await consumer(of: queue)
        let inbox = self.inbox(consumer)
        let deliveries = try await inbox.first(2)
        consumer.settle(deliveries[0].id, .acknowledge)
        consumer.settle(deliveries[0].id, .acknowledge)
        consumer.settle(deliveries[0].id, .requeue)
        try await eventually("two dropped settlements") { consumer.status.staleSettlements == 2 }
        consumer.settle(deliveries[1].id, .acknowledge)
        try await eventually("everything is settled") { consumer.status.unsettled == 0 }
        try requireEqual(consumer.status.epoch, 1, "the epoch after a second settlement")
        await consumer.close()
        try await eventuallyDepth(0, of: queue)
    }

    func givesBackTheUnreadOnStop() async throws {
        let queue = try await declareOneQueue()
        try await publish(["a", "b", "c"])
        let consumer = try await consumer(of: queue)
        try await eventually("three unsettled") { consumer.status.unsettled == 3 }
        await consumer.stop()
        try await eventuallyDepth(3, of: queue)
        for await delivery in consumer.deliveries { throw Violation(description: "\(delivery.id) came after stop") }
        try requireEqual(consumer.status.consuming, [], "consumers after stop")
        await consumer.close()
    }

    func settlesAfterStop() async throws {
        let queue = try await declareOneQueue()
        try await publish(["done", "undone"])
        let consumer = try await consumer(of: queue)
        let inbox = self.inbox(consumer)
        let deliveries = try await inbox.first(2)
        await consumer.stop()
        try await eventually("the end of the deliveries") { inbox.hasEnded }
        consumer.settle(deliveries[0].id, .acknowledge)
        consumer.settle(deliveries[1].id, .requeue)
        await consumer.close()
        try await eventuallyDepth(1, of: queue)
    }

    func givesBackTheUnsettledOnClose() async throws {
        let queue = try await declareOneQueue()
        try await publish(["a", "b"])
        let consumer = try await consumer(of: queue)
        let inbox = self.inbox(consumer)
        let deliveries = try await inbox.first(2)
        consumer.settle(deliveries[0].id, .acknowledge)
        await consumer.close()
        try await eventually("the end of the deliveries") { inbox.hasEnded }
        try await eventuallyDepth(1, of: queue)
    }
}
