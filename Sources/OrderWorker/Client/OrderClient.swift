import AMQP
import Foundation
import Logging
import OrderFulfilment
import OrderMessages
import RabbitMQ
import SubscriptionLifecycle

/// What a commerce system does: publishes commands and listens for their outcomes, on a queue of its own.
struct OrderClient {
    let topology: OrderTopology
    private let publisher: RabbitMQPublisher
    private let consumer: RabbitMQConsumer
    private let administration: RabbitMQAdministration
    private let queue: QueueName

    /// Binds a queue to every outcome and starts listening.
    ///
    /// The queue goes away by itself some time after its last use.
    static func connect(_ settings: WorkerSettings) async throws -> OrderClient {
        var configuration = settings.broker
        configuration.connectionName = "order-worker publish"
        let topology = OrderTopology(prefix: settings.topologyPrefix)
        let queue = QueueName("order-worker.publish.\(UUID().uuidString.lowercased())")
        let administration = RabbitMQAdministration(configuration: configuration, logger: Log.quiet)
        let listening = Topology(
            queues: [.init(queue, arguments: ["x-expires": 120_000])],
            bindings: [.init(topology.events, to: queue, routingKey: "#")]
        )
        do {
            // Without its binding no outcome would ever come.
            if let refused = try await administration.declare(listening).first {
                throw CommandFailure(description: "outcomes can't be listened to: \(refused)")
            }
        } catch let error as BrokerFailure {
            guard case .topology(let differences) = error else { throw error }
            throw CommandFailure(
                description:
                    "RabbitMQ has no exchange \(topology.events) (\(differences.map(\.description).joined(separator: "; "))). "
                    + "Start a worker, or run: order-worker topology apply"
            )
        }
        return OrderClient(
            topology: topology,
            publisher: RabbitMQPublisher(configuration: configuration, logger: Log.quiet),
            consumer: RabbitMQConsumer(
                configuration: configuration,
                subscriptions: [.init(queue: queue, prefetch: Prefetch(500))],
                topology: listening,
                logger: Log.quiet
            ),
            administration: administration,
            queue: queue
        )
    }

    /// Publishes the bytes of a command, persistent, mandatory, and returns when the broker has confirmed.
    func publish(_ body: [UInt8], operation: String, messageID: String?, replyTo: String? = nil) async throws {
        let properties = Properties(
            contentType: "application/cloudevents+json",
            deliveryMode: .persistent,
            replyTo: replyTo,
            messageID: messageID
        )
        let publishing = Publishing(
            exchange: topology.commands,
            routingKey: RoutingKey(operation),
            properties: properties,
            body: body
        )
        do throws(PublishFailure) {
            try await publisher.publish(publishing)
        } catch {
            throw CommandFailure(description: "the command was not published to \(topology.commands): \(error)")
        }
    }

    /// Every outcome from now on, each acknowledged once it is handed over: with its raw text.
    var outcomes: AsyncStream<(view: OutcomeView, text: String)> {
        let consumer = consumer
        return AsyncStream { continuation in
            let task = Task {
                for await delivery in consumer.deliveries {
                    if let view = try? JSONDecoder().decode(OutcomeView.self, from: Data(delivery.message.body)) {
                        continuation.yield((view, String(decoding: delivery.message.body, as: UTF8.self)))
                    }
                    consumer.settle(delivery.id, .acknowledge)
                }
                continuation.finish()
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// Takes the queue away and closes.
    func close() async {
        await consumer.stop()
        await consumer.close()
        try? await administration.delete(queue: queue)
        await publisher.close()
    }
}
