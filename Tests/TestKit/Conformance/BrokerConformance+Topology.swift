import AMQP

/// What is declared, how it routes together, and what is refused.
extension BrokerConformance {
    func routesToEveryQueueOnce() async throws {
        let (first, second) = (names.quorumQueue("first"), names.quorumQueue("second"))
        let exchange = names.exchange("in")
        try await broker.declare(
            Topology(
                exchanges: [.init(exchange, .topic)],
                queues: [first, second],
                bindings: [
                    .init(exchange, to: first.name, routingKey: "a.*"),
                    .init(exchange, to: first.name, routingKey: "#"),
                    .init(exchange, to: second.name, routingKey: "*.b"),
                ]
            )
        )
        let publisher = try await broker.publisher()
        try await publisher.publish(publishing("both", key: "a.b"))
        try await publisher.publish(publishing("one", key: "a.c"))
        await publisher.close()
        for (queue, expected) in [(first, ["both", "one"]), (second, ["both"])] {
            try await eventuallyDepth(expected.count, of: queue.name)
            let consumer = try await consumer(of: queue.name)
            try requireEqual(texts(try await inbox(consumer).first(expected.count)), expected, "what \(queue.name) got")
            await consumer.close()
        }
    }

    func returnsWhatTheAlternateCantRoute() async throws {
        let (last, middle, first) = (names.exchange("last"), names.exchange("middle"), names.exchange("in"))
        let queue = names.quorumQueue("queue")
        try await broker.declare(
            Topology(
                exchanges: [
                    .init(last, .direct), .init(middle, .direct, alternate: last),
                    .init(first, .direct, alternate: middle),
                ],
                queues: [queue],
                bindings: [.init(last, to: queue.name, routingKey: "last")]
            )
        )
        let publisher = try await broker.publisher()
        try await publisher.publish(publishing("found", key: "last"))
        guard case .unroutable(312, _)? = await failure(of: publishing("lost", key: "nobody"), by: publisher) else {
            throw Violation(description: "what no alternate exchange could route was not returned")
        }
        let nowhere = Publishing(exchange: .default, routingKey: "no such queue", properties: Properties(), body: [])
        guard case .unroutable(312, _)? = await failure(of: nowhere, by: publisher) else {
            throw Violation(description: "the default exchange took a message for a queue that isn't there")
        }
        try await eventuallyDepth(1, of: queue.name)
        await publisher.close()
    }

    private func refusal(of topology: Topology) async throws -> [TopologyDifference] {
        do {
            try await broker.declare(topology)
            return []
        } catch let refused as RefusedTopology {
            return refused.differences
        }
    }

    func refusesOtherArguments() async throws {
        let queue = try await declareOneQueue(["x-delivery-limit": 5])
        try await publish(["kept"])
        let exchange = names.exchange("in")
        let other = Topology(
            exchanges: [.init(exchange, .topic), .init(names.exchange("new"), .fanout)],
            queues: [names.quorumQueue("queue", ["x-delivery-limit": 6]), names.quorumQueue("other")],
            bindings: [.init(names.exchange("new"), to: names.queue("other"), routingKey: "")]
        )
        let differences = try await refusal(of: other)
        try requireEqual(differences.map(\.subject), [.exchange(exchange), .queue(queue)], "what differs")
        try requireEqual(differences.map(\.kind), [.different, .different], "how it differs")
        try requireEqual(
            differences.flatMap(\.discrepancies),
            [
                .init(field: "type", required: "topic", actual: "direct"),
                .init(field: "x-delivery-limit", required: "6", actual: "5"),
            ],
            "both values"
        )
        let alternate = try await refusal(of: Topology(exchanges: [.init(exchange, .direct, alternate: "elsewhere")]))
        try requireEqual(
            alternate.flatMap(\.discrepancies),
            [.init(field: "alternate-exchange", required: "elsewhere", actual: "none")],
            "an alternate exchange"
        )
        // What exists is as it was, and the rest was declared.
        try await eventuallyDepth(1, of: queue)
        let publisher = try await broker.publisher()
        try await publisher.publish(publishing("as before"))
        try await publisher.publish(publishing("new", to: "new"))
        try await eventuallyDepth(2, of: queue)
        try await eventuallyDepth(1, of: names.queue("other"))
        await publisher.close()
    }

    func declaresTwice() async throws {
        let queue = try await declareOneQueue()
        try await publish(["kept"])
        try requireEqual(try await declareOneQueue(), queue, "the queue")
        try await publish(["once"])
        try await eventuallyDepth(2, of: queue)
    }

    func refusesBindingsToNothing() async throws {
        let queue = try await declareOneQueue()
        let bindings: [Topology.Binding] = [
            .init(names.exchange("in"), to: names.queue("nowhere"), routingKey: ""),
            .init(names.exchange("nowhere"), to: queue, routingKey: ""),
        ]
        let differences = try await refusal(of: Topology(bindings: bindings))
        try requireEqual(differences.map(\.subject), bindings.map { .binding($0) }, "bindings that lack an end")
        try requireEqual(differences.map(\.kind), [.missing, .missing], "how they differ")
    }

    func waitsForAMissingQueue() async throws {
        let queue = names.queue("queue")
        let consumer = try await broker.consumer([QueueSubscription(queue: queue, prefetch: Prefetch(1))])
        try await eventually("trouble that names the queue") {
            consumer.status.trouble?.contains(queue.rawValue) == true
        }
        try requireEqual(consumer.status.consuming, [], "consumers of a queue that isn't there")
        _ = try await declareOneQueue()
        try await eventually("a consumer without trouble") {
            consumer.status.consuming == [queue] && consumer.status.trouble == nil
        }
        try await publish(["late"])
        try requireEqual(texts(try await inbox(consumer).first(1)), ["late"], "what came")
        await consumer.close()
    }
}
