import AMQP
import Foundation
import OrderFulfilment
import RabbitMQ
import SubscriptionLifecycle

/// Hears what publishers send, on a queue of its own that gets copies: the worker's queues are not touched.
struct PublisherListener {
    let exchange: ExchangeName
    private let borrowed: BorrowedTopology
    private let topology: OrderTopology
    private let consumer: RabbitMQConsumer

    /// `exchange` is the worker's own unless named; with `declares` it is made, and taken away at the end.
    static func open(_ settings: WorkerSettings, exchange: String?, declares: Bool) async throws -> PublisherListener {
        let topology = OrderTopology(prefix: settings.topologyPrefix)
        if declares {
            let reason = "--declare would take it away at the end; give a name of your own, such as shop.try"
            try topology.leavesAlone(exchange, flag: "--exchange", because: reason)
        }
        var configuration = settings.broker
        configuration.connectionName = "order-worker conform"
        let administration = RabbitMQAdministration(configuration: configuration, logger: Log.quiet)
        let name = exchange.map(ExchangeName.init) ?? topology.commands
        let isLive = name == topology.commands
        if isLive { try await refuseGaps(in: topology, administration) }
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
        if declares || isLive { listening.bindings.append(.init(strays, to: queue, routingKey: "")) }
        if isLive {
            // What was refused leaves its number to another command.
            for key in ["*.rejected", "*.dead-lettered"] as [RoutingKey] {
                listening.bindings.append(.init(topology.events, to: queue, routingKey: key))
            }
        }
        let borrowed = try await borrow(listening, for: name, administration)
        // Made once, not with each connection: one that is under way when the run ends would make it anew behind our back.
        let consumer = RabbitMQConsumer(
            configuration: configuration,
            subscriptions: [.init(queue: queue, prefetch: Prefetch(500))],
            logger: Log.quiet
        )
        return PublisherListener(exchange: name, borrowed: borrowed, topology: topology, consumer: consumer)
    }

    /// Grades what comes until `isEnough`, until the time is over, or until it is cancelled.
    func grade(
        _ grade: PublisherGrade,
        for seconds: Double,
        isEnough: (PublisherGrade) -> Bool
    ) async -> PublisherGrade {
        let (consumer, exchange, events) = (consumer, exchange, topology.events)
        let stopping = Task {
            try? await Task.sleep(for: .seconds(seconds))
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
        if let trouble = consumer.status.trouble, !Task.isCancelled {
            Output.note(
                "without a connection at the end (\(trouble)): what was sent meanwhile is not graded; run it again"
            )
        }
        return grade
    }

    /// Takes away what was made.
    func close() async {
        await consumer.stop()
        await consumer.close()
        await borrowed.giveBack()
    }

    /// A command whose own queue is missing would go to the listener alone: confirmed, and lost.
    private static func refuseGaps(in topology: OrderTopology, _ administration: RabbitMQAdministration) async throws {
        let queues = OrderOperation.allCases.map { Topology.Queue(topology.queue($0), arguments: [:]) }
        let report = try await administration.compare(Topology(queues: queues), passively: true)
        guard !report.isAsRequired else { return }
        let missing = report.differences.map { "\($0.subject)" }.joined(separator: ", ")
        throw CommandFailure(
            description:
                "Not as it must be: \(missing). Commands for it would reach the listener alone and be lost. Declare it "
                + "first (\(TopologyCheck.declaring)), or without a worker listen to an exchange that is made for this: "
                + "--exchange NAME --declare"
        )
    }

    private static func borrow(
        _ listening: Topology,
        for name: ExchangeName,
        _ administration: RabbitMQAdministration
    ) async throws -> BorrowedTopology {
        for exchange in listening.exchanges where try await BorrowedTopology.exists(exchange.name, administration) {
            throw CommandFailure(
                description:
                    "the exchange \(exchange.name) is there already, perhaps for another run, and --declare would take "
                    + "it away at the end. Listen to what is there without --declare, or give another name"
            )
        }
        do {
            return try await BorrowedTopology.make(listening, administration)
        } catch let error as BrokerFailure {
            guard case .topology(let differences) = error else { throw error }
            throw CommandFailure(
                description:
                    "\(differences.map(\.description).joined(separator: "; ")). Without a worker, listen to an "
                    + "exchange that is made for this: --exchange NAME --declare"
            )
        } catch let refused as BorrowedTopology.Refused {
            throw CommandFailure(description: "\(name) can't be listened to: \(refused.description)")
        }
    }
}
