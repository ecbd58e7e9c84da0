import AMQP
import Foundation
import RabbitMQ

/// Feeds a subscriber with a scenario and waits for its answer.
struct SubscriberFeed {
    /// How the subscriber is reached.
    struct Way: Hashable, Sendable {
        /// The exchange that its queue is bound to; `nil` to go straight into the queue.
        var exchange: ExchangeName?
        /// Whether the exchange is made for the run and taken away afterwards.
        var isOwn: Bool
        /// Its queue, where it is known.
        var queue: QueueName?
    }

    private static let pause = Duration.milliseconds(500)

    let way: Way
    let deadline: ContinuousClock.Instant
    private let administration: RabbitMQAdministration
    private let publisher: RabbitMQPublisher

    static func open(_ settings: WorkerSettings, _ way: Way, within seconds: Double) async throws -> SubscriberFeed {
        var configuration = settings.broker
        configuration.connectionName = "order-worker conform"
        let administration = RabbitMQAdministration(configuration: configuration, logger: Log.quiet)
        if way.isOwn, let exchange = way.exchange {
            if let refused = try await administration.declare(Topology(exchanges: [.init(exchange, .topic)])).first {
                throw CommandFailure(description: "the exchange \(exchange) can't be made: \(refused)")
            }
        }
        return SubscriberFeed(
            way: way,
            deadline: .now + .seconds(seconds),
            administration: administration,
            publisher: RabbitMQPublisher(configuration: configuration, logger: Log.quiet)
        )
    }

    /// Publishes all events, once somebody listens; answers with those that a queue took.
    func publish(_ events: [ScenarioEvent]) async throws -> [ScenarioEvent] {
        try await waitForConsumer()
        var delivered: [ScenarioEvent] = []
        for event in events {
            while true {
                do throws(PublishFailure) {
                    try await publisher.publish(event.publishing(to: way.exchange, queue: way.queue))
                    delivered.append(event)
                    break
                } catch {
                    // Nobody has bound a queue for it: at first nobody is there yet, later nobody wants it.
                    if case .unroutable = error, !delivered.isEmpty { break }
                    guard ContinuousClock.now < deadline else { throw CommandFailure(description: explain(error)) }
                    try await Task.sleep(for: Self.pause)
                }
            }
        }
        return delivered
    }

    /// Asks until the subscriber has seen the last event and says the same twice, or until the time is over.
    ///
    /// What can't be asked yet, as a database that isn't there, is asked again.
    func answer(from source: AnswerSource, last: String) async throws -> SubscriberAnswer {
        if source == .standardInput { return SubscriberAnswer(try await source.text() ?? "") }
        var before: SubscriberAnswer?
        while true {
            let isLast = ContinuousClock.now >= deadline
            do {
                let answer = SubscriberAnswer(try await source.text() ?? "")
                if isLast { return answer }
                if answer == before, answer.views[last] != nil, try await depth()?.messages ?? 0 == 0 { return answer }
                before = answer
            } catch let failure as CommandFailure {
                guard !isLast else { throw failure }
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    /// What is in the subscriber's queue; `nil` when it isn't known.
    func depth() async throws -> (messages: Int, consumers: Int)? {
        guard let queue = way.queue else { return nil }
        do throws(BrokerFailure) {
            let depth = try await administration.queueDepth(queue)
            return (depth.messages, depth.consumers)
        } catch {
            // A queue that went away with its consumer is consumed by nobody.
            guard case .refused(code: 404, _) = error else { throw error }
            return (0, 0)
        }
    }

    /// Closes, and takes away what was made.
    func close() async {
        await publisher.close()
        if way.isOwn, let exchange = way.exchange { try? await administration.delete(exchange: exchange) }
    }

    private func waitForConsumer() async throws {
        guard let queue = way.queue else { return }
        while try await depth()?.consumers ?? 0 == 0 {
            guard ContinuousClock.now < deadline else {
                throw CommandFailure(description: "nobody consumes the queue \(queue); start the subscriber")
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    private func explain(_ failure: PublishFailure) -> String {
        guard case .unroutable = failure else { return "the events were not published: \(failure)" }
        return "no queue is bound to \(way.exchange.map(\.rawValue) ?? "the queue \(way.queue?.rawValue ?? "")") for "
            + "create-subscription.succeeded; start the subscriber, bind its queue to that exchange (with #, say), or give "
            + "the exchange it is bound to with --exchange, or the queue with --queue"
    }
}
