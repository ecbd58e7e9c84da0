import AMQP

/// What publishers are told, beyond routing.
extension BrokerConformance {
    func carriesMessagesWithoutProperties() async throws {
        let queue = try await declareOneQueue()
        let publisher = try await broker.publisher()
        let empty = Publishing(exchange: names.exchange("in"), routingKey: "key", properties: Properties(), body: [])
        try await publisher.publish(empty)
        let consumer = try await consumer(of: queue)
        let message = try await inbox(consumer).first(1)[0].message
        try requireEqual(message.properties, Properties(), "properties of a message that has none")
        try requireEqual(message.body, [], "an empty body")
        await publisher.close()
        await consumer.close()
    }

    func tellsOfAMissingExchange() async throws {
        let queue = try await declareOneQueue()
        let publisher = try await broker.publisher()
        let failure = await failure(of: publishing("lost", to: "nowhere"), by: publisher)
        guard case .unknown(let reason)? = failure, reason.contains(names.exchange("nowhere").rawValue) else {
            throw Violation(description: "expected unknown with the exchange, saw \(String(describing: failure))")
        }
        // The publisher is none the worse for it.
        try await eventually("it publishes again") { await self.failure(of: publishing("found"), by: publisher) == nil }
        try await eventuallyDepth(1, of: queue)
        await publisher.close()
    }

    func refusesForOneFullQueue() async throws {
        let full = names.quorumQueue("full", ["x-max-length": 1, "x-overflow": "reject-publish"])
        let roomy = names.quorumQueue("roomy")
        try await broker.declare(
            Topology(
                exchanges: [.init(names.exchange("in"), .fanout)],
                queues: [full, roomy],
                bindings: [full, roomy].map { .init(names.exchange("in"), to: $0.name, routingKey: "") }
            )
        )
        let publisher = try await broker.publisher()
        let sent = try await publishUntilRefused(by: publisher)
        // One queue's refusal is the answer for all; the others have it all the same.
        try await eventuallyDepth(sent, of: roomy.name)
        await publisher.close()
    }

    func takesAgainWhenThereIsRoom() async throws {
        let queue = try await declareOneQueue(["x-max-length": 1, "x-overflow": "reject-publish"])
        let publisher = try await broker.publisher()
        let sent = try await publishUntilRefused(by: publisher)
        try await eventuallyDepth(sent - 1, of: queue)
        let consumer = try await consumer(of: queue, prefetch: 100)
        for delivery in try await inbox(consumer).first(sent - 1) { consumer.settle(delivery.id, .acknowledge) }
        try await eventually("it is taken again") { await failure(of: publishing("again"), by: publisher) == nil }
        await publisher.close()
        await consumer.close()
    }

    /// How many were published with the refused one, which is the last.
    func publishUntilRefused(by publisher: any Publisher) async throws -> Int {
        // RabbitMQ's limit is soft by a few messages.
        for number in 1...50 {
            switch await failure(of: publishing("\(number)"), by: publisher) {
            case nil: continue
            case .refused?:
                try require(number > 1, "the first message was refused")
                return number
            case let other?: throw Violation(description: "expected refused, saw \(other)")
            }
        }
        throw Violation(description: "50 messages went into a queue with room for one")
    }

    func dropsTheOldestOverTheLength() async throws {
        let queue = try await declareOneQueue(["x-max-length": 2, "x-overflow": "drop-head"])
        try await publish(["a", "b", "c", "d"])
        try await eventuallyDepth(2, of: queue)
        let consumer = try await consumer(of: queue)
        try requireEqual(texts(try await inbox(consumer).first(2)), ["c", "d"], "what is left of four")
        await consumer.close()
    }

    func refusesPropertiesThatAreTooLong() async throws {
        let queue = try await declareOneQueue()
        let publisher = try await broker.publisher()
        var headers = publishing("headers")
        headers.properties.headers["big"] = .text(String(repeating: "h", count: 200_000))
        var identity = publishing("id")
        identity.properties.messageID = String(repeating: "i", count: 256)
        for publishing in [headers, identity] {
            guard case .invalid? = await failure(of: publishing, by: publisher) else {
                throw Violation(description: "properties that don't fit into AMQP were not refused as invalid")
            }
        }
        // What can't be sent costs nobody else anything.
        try await publisher.publish(publishing("fits"))
        try await eventuallyDepth(1, of: queue)
        await publisher.close()
    }

    func confirmsManyAtOnce() async throws {
        let queue = try await declareOneQueue()
        let publisher = try await broker.publisher()
        let failures = await withTaskGroup(of: PublishFailure?.self) { group in
            for number in 0..<200 { group.addTask { await failure(of: publishing("\(number)"), by: publisher) } }
            return await group.reduce(into: []) { $0.append($1) }.compactMap { $0 }
        }
        try requireEqual(failures, [], "failures among 200 at once")
        try requireEqual(publisher.status.unconfirmed, 0, "unconfirmed after all confirms")
        try await eventuallyDepth(200, of: queue)
        let consumer = try await consumer(of: queue, prefetch: 500)
        let arrived = Set(texts(try await inbox(consumer).first(200)))
        try requireEqual(arrived.count, 200, "different messages")
        await publisher.close()
        await consumer.close()
    }

    func answersEverybodyOnClose() async throws {
        let queue = try await declareOneQueue()
        let publisher = try await broker.publisher()
        try await publisher.publish(publishing("first"))
        let failures = await withTaskGroup(of: PublishFailure?.self) { group in
            for number in 0..<50 { group.addTask { await failure(of: publishing("\(number)"), by: publisher) } }
            group.addTask {
                await publisher.close()
                return nil
            }
            return await group.reduce(into: []) { $0.append($1) }.compactMap { $0 }
        }
        // Whoever came before the end was confirmed; whoever came after is told so. Nobody is left in doubt.
        try require(failures.allSatisfy { $0 == .closed }, "a close left \(failures) behind")
        try await eventuallyDepth(51 - failures.count, of: queue)
        await publisher.close()
    }
}
