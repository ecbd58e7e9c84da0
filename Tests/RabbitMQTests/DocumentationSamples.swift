import AMQP
import Logging
import RabbitMQ

// The samples of the documentation, word for word, so that they compile: `DocumentationTests` compares.

private protocol Work { func finished() async }

private func gettingStarted(logger: Logger, workInHand: some Work) async throws {
    func printInvoice(_ body: [UInt8]) async throws {}

    let address = try AMQPAddress("amqp://user:password@broker.example:5672/orders")
    let configuration = RabbitMQConfiguration(address: address, connectionName: "billing")

    let topology = Topology(
        exchanges: [.init("invoices", .topic)],
        queues: [.init("invoices.print", arguments: ["x-queue-type": "quorum"])],
        bindings: [.init("invoices", to: "invoices.print", routingKey: "invoice.*")]
    )
    try await RabbitMQAdministration(configuration: configuration, logger: logger).declare(topology)

    let publisher = RabbitMQPublisher(configuration: configuration, topology: topology, logger: logger)
    try await publisher.publish(
        Publishing(
            exchange: "invoices",
            routingKey: "invoice.created",
            properties: Properties(
                contentType: "application/json",
                deliveryMode: .persistent,
                messageID: "invoice-4711"
            ),
            body: Array(#"{"number": 4711}"#.utf8)
        )
    )
    await publisher.close()

    let consumer = RabbitMQConsumer(
        configuration: configuration,
        subscriptions: [QueueSubscription(queue: "invoices.print", prefetch: Prefetch(20))],
        topology: topology,
        logger: logger
    )
    for await delivery in consumer.deliveries {
        do {
            try await printInvoice(delivery.message.body)
            consumer.settle(delivery.id, .acknowledge)
        } catch {
            consumer.settle(delivery.id, .requeue)
        }
    }

    await consumer.stop()
    await workInHand.finished()
    await consumer.close()
}

func publishSurely(_ publishing: Publishing, with publisher: some Publisher) async throws(PublishFailure) {
    while true {
        do throws(PublishFailure) {
            return try await publisher.publish(publishing)
        } catch {
            guard case .unknown = error, !Task.isCancelled else { throw error }
        }
    }
}

private func recovery(consumer: RabbitMQConsumer, publisher: RabbitMQPublisher, logger: Logger) -> Bool {
    let isReady =
        consumer.status.consuming == ["invoices.print"] && consumer.status.secondsSinceLastTurn < 5
        && publisher.status.canConfirm
    if let trouble = consumer.status.trouble ?? publisher.status.trouble {
        logger.warning("not ready", metadata: ["trouble": "\(trouble)"])
    }
    return isReady
}

private func security() throws -> RabbitMQConfiguration {
    var secure = RabbitMQConfiguration(address: try AMQPAddress("amqps://user:password@broker.example/orders"))
    secure.tls = TLSConfiguration(
        authorities: .file("/etc/orders/broker-ca.pem"),
        identity: .init(certificateFile: "/etc/orders/worker.pem", keyFile: "/etc/orders/worker.key")
    )
    secure.authentication = .certificate
    return secure
}

private func errors(publisher: RabbitMQPublisher, publishing: Publishing, logger: Logger) async {
    func publishAgainLater(_ publishing: Publishing) async {}

    do throws(PublishFailure) {
        try await publisher.publish(publishing)
    } catch {
        switch error {
        case .unknown, .refused: await publishAgainLater(publishing)
        case .unroutable, .invalid: logger.error("not published", metadata: ["reason": "\(error)"])
        case .closed: return
        }
    }
}
