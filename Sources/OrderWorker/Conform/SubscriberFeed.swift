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
    private static let lastAnswer = Duration.seconds(5)

    let way: Way
    let deadline: ContinuousClock.Instant
    private let administration: RabbitMQAdministration
    private let own: OwnExchange?
    private let publisher: RabbitMQPublisher

    static func open(_ settings: WorkerSettings, _ way: Way, within seconds: Double) async throws -> SubscriberFeed {
        var configuration = settings.broker
        configuration.connectionName = "order-worker conform"
        let administration = RabbitMQAdministration(configuration: configuration, logger: Log.quiet)
        let own = way.isOwn ? way.exchange.map { OwnExchange(name: $0, administration: administration) } : nil
        try await own?.make()
        return SubscriberFeed(
            way: way,
            deadline: .now + .seconds(seconds),
            administration: administration,
            own: own,
            publisher: RabbitMQPublisher(configuration: configuration, logger: Log.quiet)
        )
    }

    /// Publishes the scenario that begins with what the subscriber wants, once somebody listens.
    func publish(_ scenarios: [SubscriberScenario]) async throws -> FedScenario {
        try await waitForConsumer()
        var fed = FedScenario(try await begin(scenarios))
        for event in fed.scenario.events {
            // The first was published to find out that somebody listens.
            let isTaken = fed.delivered.isEmpty ? true : try await isTaken(event)
            fed.take(event, underKey: publishing(event).routingKey, isTaken: isTaken)
            guard fed.lost == nil else { break }
        }
        return fed
    }

    /// Asks until the subscriber has seen the last event and has settled, or until the time is over, and grades what it says.
    ///
    /// What can't be asked yet, as a database that isn't there, is asked again.
    func grade(from source: AnswerSource, about fed: FedScenario) async throws -> SubscriberGrade {
        // Who is asked at the end has a little time to answer too.
        var limit: ContinuousClock.Instant { max(deadline, .now + Self.lastAnswer) }
        var patience = AnswerPatience()
        while true {
            let isLast = source == .standardInput || ContinuousClock.now >= deadline
            do {
                let answer = SubscriberAnswer(try await source.bytes(until: limit) ?? [])
                let grade = fed.grade(answer, queue: try await depth())
                // Who lost an event need not be waited for.
                let conforms = fed.lost != nil || grade.report().conforms
                if isLast || patience.isOver(answer, conforms: conforms, now: .now) && grade.isComplete { return grade }
            } catch let failure as CommandFailure {
                guard !isLast, ContinuousClock.now < deadline else { throw failure }
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
        await own?.giveBack()
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

    /// Publishes the first event of one scenario after the other, until a queue takes one.
    private func begin(_ scenarios: [SubscriberScenario]) async throws -> SubscriberScenario {
        while true {
            var failure: PublishFailure?
            for scenario in scenarios {
                guard let first = scenario.events.first else { continue }
                do throws(PublishFailure) {
                    try await publisher.publish(publishing(first))
                    return scenario
                } catch {
                    failure = error
                    // Only a key that nobody wants is a reason to try another.
                    guard case .unroutable = error else { break }
                }
            }
            try await pause(after: failure ?? .closed)
            // Another run may have taken it away while nobody had bound a queue to it.
            try await own?.make()
        }
    }

    /// Whether a queue took the event; again until the broker says.
    private func isTaken(_ event: ScenarioEvent) async throws -> Bool {
        while true {
            do throws(PublishFailure) {
                try await publisher.publish(publishing(event))
                return true
            } catch {
                if case .unroutable = error { return false }
                try await pause(after: error)
            }
        }
    }

    private func pause(after failure: PublishFailure) async throws {
        guard ContinuousClock.now < deadline else { throw CommandFailure(description: explain(failure)) }
        try await Task.sleep(for: Self.pause)
    }

    private func publishing(_ event: ScenarioEvent) -> Publishing {
        event.publishing(to: way.exchange, queue: way.queue)
    }

    private func explain(_ failure: PublishFailure) -> String {
        guard case .unroutable = failure else { return "the events were not published: \(failure)" }
        return "no queue is bound to \(way.exchange.map(\.rawValue) ?? "the queue \(way.queue?.rawValue ?? "")") for "
            + "any event of the scenario; start the subscriber, bind its queue to that exchange (with #, or what it wants of "
            + "succeeded, rejected, dead-lettered and previewed), or give "
            + "the exchange it is bound to with --exchange, or the queue with --queue"
    }
}
