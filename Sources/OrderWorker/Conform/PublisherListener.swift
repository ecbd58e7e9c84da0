import AMQP
import Foundation
import OrderFulfilment
import RabbitMQ
import SubscriptionLifecycle
import UnixSignals

/// Hears what publishers send, on a queue of its own that gets copies: the worker's queues are not touched.
struct PublisherListener {
    let administration: RabbitMQAdministration
    let exchange: ExchangeName
    private let topology: OrderTopology
    private let consumer: RabbitMQConsumer
    private let own: Topology

    /// `exchange` is the worker's own unless named; with `declares` it is made, and taken away at the end.
    static func open(_ settings: WorkerSettings, exchange: String?, declares: Bool) async throws -> PublisherListener {
        var configuration = settings.broker
        configuration.connectionName = "order-worker conform"
        let administration = RabbitMQAdministration(configuration: configuration, logger: Log.quiet)
        let topology = OrderTopology(prefix: settings.topologyPrefix)
        let name = exchange.map(ExchangeName.init) ?? topology.commands
        let strays = ExchangeName(declares ? "\(name).undelivered" : topology.undelivered.rawValue)
        let queue = QueueName("order-worker.conform.\(UUID().uuidString.lowercased())")
        var listening = Topology(
            // The oldest go first, so that a copy never holds anybody back, and all of it goes when nobody listens.
            queues: [
                .init(queue, arguments: ["x-expires": 60_000, "x-max-length": 100_000, "x-overflow": "drop-head"])
            ],
            bindings: OrderOperation.allCases.map { .init(name, to: queue, routingKey: RoutingKey($0.rawValue)) }
        )
        if declares { listening.exchanges = [.init(strays, .fanout), .init(name, .direct, alternate: strays)] }
        if declares || exchange == nil { listening.bindings.append(.init(strays, to: queue, routingKey: "")) }
        if exchange == nil {
            // What was refused leaves its number to another command.
            for key in ["*.rejected", "*.dead-lettered"] as [RoutingKey] {
                listening.bindings.append(.init(topology.events, to: queue, routingKey: key))
            }
        }
        do {
            if let refused = try await administration.declare(listening).first {
                throw CommandFailure(description: "\(name) can't be listened to: \(refused)")
            }
        } catch let error as BrokerFailure {
            guard case .topology(let differences) = error else { throw error }
            if declares { try? await administration.delete(exchange: strays) }
            throw CommandFailure(
                description:
                    "\(differences.map(\.description).joined(separator: "; ")). Without a worker, listen to an "
                    + "exchange that is made for this: --exchange NAME --declare"
            )
        }
        let consumer = RabbitMQConsumer(
            configuration: configuration,
            subscriptions: [.init(queue: queue, prefetch: Prefetch(500))],
            topology: listening,
            logger: Log.quiet
        )
        return PublisherListener(
            administration: administration,
            exchange: name,
            topology: topology,
            consumer: consumer,
            own: Topology(exchanges: listening.exchanges, queues: listening.queues)
        )
    }

    /// Grades what comes until `isEnough`, until the time is over, or until somebody presses Ctrl-C.
    func grade(
        _ grade: PublisherGrade,
        for seconds: Double,
        isEnough: (PublisherGrade) -> Bool
    ) async -> PublisherGrade {
        let (consumer, exchange, events) = (consumer, exchange, topology.events)
        let stopping = Task {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await Task.sleep(for: .seconds(seconds)) }
                group.addTask {
                    for await _ in await UnixSignalsSequence(trapping: .sigint, .sigterm) { return }
                }
                await group.next()
                group.cancelAll()
            }
            await consumer.stop()
        }
        var grade = grade
        for await delivery in consumer.deliveries {
            let message = delivery.message
            if message.exchange == exchange {
                grade.take(message)
            } else if message.exchange == events {
                grade.take(outcome: message)
            }
            // Anything else is what the broker took out of a queue: it was graded when it came.
            consumer.settle(delivery.id, .acknowledge)
            if isEnough(grade) { break }
        }
        stopping.cancel()
        return grade
    }

    /// Takes away what was made.
    func close() async {
        await consumer.stop()
        await consumer.close()
        for queue in own.queues { try? await administration.delete(queue: queue.name) }
        for exchange in own.exchanges.reversed() { try? await administration.delete(exchange: exchange.name) }
    }
}
