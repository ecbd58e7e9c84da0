import AMQP

extension BrokerConformance {
    /// Throws when the broker behaves otherwise.
    public func check(_ behaviour: Behaviour) async throws {
        switch behaviour {
        case .carriesMessagesUnchanged: try await carriesMessagesUnchanged()
        case .routesDirect: try await routes(.direct, binding: "a.b", matching: ["a.b"], other: ["a.c", "a"])
        case .routesTopics:
            try await routes(.topic, binding: "a.*.#", matching: ["a.b", "a.b.c.d"], other: ["a", "b.b"])
        case .routesFanout: try await routes(.fanout, binding: "", matching: ["", "any.key"], other: [])
        case .routesToQueuesByDefault: try await routesToQueuesByDefault()
        case .returnsTheUnroutable: try await returnsTheUnroutable()
        case .usesAlternateExchanges: try await usesAlternateExchanges()
        case .refusesIntoFullQueues: try await refusesIntoFullQueues()
        case .refusesNamesThatAreTooLong: try await refusesNamesThatAreTooLong()
        case .keepsTheOrderOfAQueue: try await keepsTheOrderOfAQueue()
        case .keepsToThePrefetch: try await keepsToThePrefetch()
        case .forgetsTheAcknowledged: try await forgetsTheAcknowledged()
        case .deliversTheRequeuedAgain: try await deliversTheRequeuedAgain()
        case .requeuesInPlaceUnderADeliveryLimit: try await requeuesInPlaceUnderADeliveryLimit()
        case .deadLettersOverTheDeliveryLimit: try await deadLettersOverTheDeliveryLimit()
        case .dropsSecondSettlements: try await dropsSecondSettlements()
        case .givesBackTheUnreadOnStop: try await givesBackTheUnreadOnStop()
        case .settlesAfterStop: try await settlesAfterStop()
        case .givesBackTheUnsettledOnClose: try await givesBackTheUnsettledOnClose()
        case .refusesPublishingAfterClose: try await refusesPublishingAfterClose()
        case .carriesMessagesWithoutProperties: try await carriesMessagesWithoutProperties()
        case .routesToEveryQueueOnce: try await routesToEveryQueueOnce()
        case .returnsWhatTheAlternateCantRoute: try await returnsWhatTheAlternateCantRoute()
        case .tellsOfAMissingExchange: try await tellsOfAMissingExchange()
        case .refusesForOneFullQueue: try await refusesForOneFullQueue()
        case .takesAgainWhenThereIsRoom: try await takesAgainWhenThereIsRoom()
        case .dropsTheOldestOverTheLength: try await dropsTheOldestOverTheLength()
        case .refusesPropertiesThatAreTooLong: try await refusesPropertiesThatAreTooLong()
        case .confirmsManyAtOnce: try await confirmsManyAtOnce()
        case .answersEverybodyOnClose: try await answersEverybodyOnClose()
        case .consumesSeveralQueues: try await consumesSeveralQueues()
        case .sharesAQueueAmongConsumers: try await sharesAQueueAmongConsumers()
        case .givesBackInOrder: try await givesBackInOrder()
        case .dropsSettlementsOfNothing: try await dropsSettlementsOfNothing()
        case .dropsSettlementsAfterClose: try await dropsSettlementsAfterClose()
        case .endsTwice: try await endsTwice()
        case .waitsForAMissingQueue: try await waitsForAMissingQueue()
        case .refusesOtherArguments: try await refusesOtherArguments()
        case .declaresTwice: try await declaresTwice()
        case .refusesBindingsToNothing: try await refusesBindingsToNothing()
        }
    }

    private func carriesMessagesUnchanged() async throws {
        let queue = try await declareOneQueue()
        let publisher = try await broker.publisher()
        let properties = Properties(
            contentType: "application/cloudevents+json",
            contentEncoding: "utf-8",
            headers: [
                "array": .array([1, "two", .table(["three": 3])]), "boolean": true, "bytes": .bytes([0, 255]),
                "decimal": .decimal(scale: 2, value: 314), "double": .double(1.5), "integer": -5,
                "table": .table(["inner": .table(["deep": true])]), "text": "grün",
                "timestamp": .timestamp(1_700_000_000), "unsigned": .unsigned(7), "void": .void,
            ],
            deliveryMode: .persistent,
            priority: 3,
            correlationID: "correlation",
            replyTo: "reply",
            messageID: "message",
            timestamp: 1_700_000_001,
            type: "orders.test.v1",
            appID: "app"
        )
        let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0) }
        try await publisher.publish(
            Publishing(exchange: names.exchange("in"), routingKey: "key", properties: properties, body: body)
        )
        let consumer = try await consumer(of: queue)
        let delivery = try await inbox(consumer).first(1)[0]
        // RabbitMQ 4 sorts headers by their names.
        var received = delivery.message.properties
        received.headers = FieldTable(received.headers.fields.sorted { $0.name < $1.name })
        try requireEqual(received, properties, "properties")
        try require(delivery.message.body == body, "the body came back changed")
        try requireEqual(delivery.message.exchange, names.exchange("in"), "exchange")
        try requireEqual(delivery.message.routingKey, "key", "routing key")
        try requireEqual(delivery.queue, queue, "queue")
        try require(!delivery.isRedelivered, "a first delivery is not redelivered")
        await publisher.close()
        await consumer.close()
    }

    private func routes(
        _ kind: Topology.Exchange.Kind,
        binding: RoutingKey,
        matching: [RoutingKey],
        other: [RoutingKey]
    ) async throws {
        let queue = names.quorumQueue("bound")
        try await broker.declare(
            Topology(
                exchanges: [.init(names.exchange("in"), kind)],
                queues: [queue],
                bindings: [.init(names.exchange("in"), to: queue.name, routingKey: binding)]
            )
        )
        let publisher = try await broker.publisher()
        for key in matching { try await publisher.publish(publishing("matching", key: key)) }
        for key in other {
            let failure = await failure(of: publishing("other", key: key), by: publisher)
            guard case .unroutable? = failure else {
                throw Violation(description: "\(kind) routed \(key) over \(binding)")
            }
        }
        try await eventuallyDepth(matching.count, of: queue.name)
        await publisher.close()
    }

    private func routesToQueuesByDefault() async throws {
        let queue = try await declareOneQueue()
        let publisher = try await broker.publisher()
        try await publisher.publish(
            Publishing(exchange: .default, routingKey: RoutingKey(queue.rawValue), properties: Properties(), body: [1])
        )
        try await eventuallyDepth(1, of: queue)
        await publisher.close()
    }

    private func returnsTheUnroutable() async throws {
        let queue = try await declareOneQueue()
        let publisher = try await broker.publisher()
        // Both on their way at once: the return must be put down to the right one.
        async let lost = failure(of: publishing("lost", key: "nobody"), by: publisher)
        async let found = failure(of: publishing("found"), by: publisher)
        let (lostFailure, foundFailure) = await (lost, found)
        guard case .unroutable(312, _)? = lostFailure else {
            throw Violation(description: "expected unroutable 312, saw \(String(describing: lostFailure))")
        }
        try requireEqual(foundFailure, nil, "the routable one")
        try await eventuallyDepth(1, of: queue)
        await publisher.close()
    }

    private func usesAlternateExchanges() async throws {
        let queue = names.quorumQueue("unrouted")
        let (main, alternate) = (names.exchange("in"), names.exchange("alternate"))
        try await broker.declare(
            Topology(
                exchanges: [.init(alternate, .fanout), .init(main, .direct, alternate: alternate)],
                queues: [queue],
                bindings: [.init(alternate, to: queue.name, routingKey: "")]
            )
        )
        let publisher = try await broker.publisher()
        try await publisher.publish(publishing("stray", key: "nobody"))
        let consumer = try await consumer(of: queue.name)
        let delivery = try await inbox(consumer).first(1)[0]
        try requireEqual(delivery.message.exchange, main, "the exchange it was published to")
        try requireEqual(delivery.message.routingKey, "nobody", "the key it was published with")
        await publisher.close()
        await consumer.close()
    }

    private func refusesIntoFullQueues() async throws {
        let queue = try await declareOneQueue(["x-max-length": 1, "x-overflow": "reject-publish"])
        let publisher = try await broker.publisher()
        // RabbitMQ's limit is soft by a few messages.
        for number in 0..<50 {
            switch await failure(of: publishing("\(number)"), by: publisher) {
            case nil: continue
            case .refused?:
                try require(number > 0, "the first message was refused")
                return await publisher.close()
            case let other?: throw Violation(description: "expected refused, saw \(other)")
            }
        }
        throw Violation(description: "50 messages went into \(queue) with room for one")
    }

    private func refusesNamesThatAreTooLong() async throws {
        let publisher = try await broker.publisher()
        let long = RoutingKey(String(repeating: "k", count: 256))
        guard case .invalid? = await failure(of: publishing("long", key: long), by: publisher) else {
            throw Violation(description: "a routing key of 256 bytes was not refused as invalid")
        }
        await publisher.close()
    }

    private func refusesPublishingAfterClose() async throws {
        _ = try await declareOneQueue()
        let publisher = try await broker.publisher()
        try await publisher.publish(publishing("before"))
        await publisher.close()
        try requireEqual(await failure(of: publishing("after"), by: publisher), .closed, "publishing after close")
        try require(!publisher.status.canConfirm, "a closed publisher can't confirm")
    }
}
