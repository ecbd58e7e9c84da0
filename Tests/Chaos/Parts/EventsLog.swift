import AMQP
import Foundation
import Logging
import RabbitMQ
import Synchronization

/// An outcome event as a subscriber reads it.
struct Event: Sendable {
    var id: String
    var routingKey: String
    var command: String
    var outcome: String
    /// A rejection's code, or a dead letter's reason.
    var code: String?
    var version: Int?
    var subscription: String?
    var body: [UInt8]

    init?(_ message: Message) {
        guard let event = try? JSONSerialization.jsonObject(with: Data(message.body)) as? [String: Any],
            let data = event["data"] as? [String: Any], let id = event["id"] as? String,
            let command = (data["command"] as? [String: Any])?["id"] as? String
        else { return nil }
        self.id = id
        self.command = command
        routingKey = message.routingKey.rawValue
        outcome = data["outcome"] as? String ?? ""
        code =
            (data["rejection"] as? [String: Any])?["code"] as? String
            ?? (data["deadLetter"] as? [String: Any])?["reason"] as? String
        version = data["version"] as? Int
        subscription = data["subscriptionId"] as? String
        body = message.body
    }

    /// Whether it ends its command.
    var isTerminal: Bool { outcome != "entitlement" }
    /// Whether it is the answer to a read, which may be another one the next time.
    var isRead: Bool {
        outcome == "previewed" || routingKey.hasPrefix("view-") || routingKey.hasPrefix("sync-")
    }

    var line: String {
        [outcome, code, version.map { "version \($0)" }, id].compactMap(\.self).joined(separator: " ")
    }
}

/// A subscriber to every outcome, which acknowledges what it has kept.
final class EventsLog: Sendable {
    private struct State {
        var events: [Event] = []
        var commands: Set<String> = []
        var unreadable: [[UInt8]] = []
    }

    private let consumer: RabbitMQConsumer
    private let state = Mutex(State())
    /// Since when it listens.
    let opened = ContinuousClock.now

    init(_ configuration: RabbitMQConfiguration, queue: QueueName, logger: Logger) {
        consumer = RabbitMQConsumer(
            configuration: configuration,
            subscriptions: [.init(queue: queue, prefetch: Prefetch(500))],
            logger: logger
        )
        let deliveries = consumer.deliveries
        Task { [self] in
            for await delivery in deliveries {
                keep(delivery.message)
                consumer.settle(delivery.id, .acknowledge)
            }
        }
    }

    private func keep(_ message: Message) {
        let event = Event(message)
        state.withLock { state in
            guard let event else { return state.unreadable.append(message.body) }
            state.events.append(event)
            if event.isTerminal { state.commands.insert(event.command) }
        }
    }

    /// Forgets everything, for the next cell.
    func clear() { state.withLock { $0 = State() } }

    var events: [Event] { state.withLock(\.events) }
    /// Ids of the commands that have ended at least once.
    var ended: Set<String> { state.withLock(\.commands) }
    var unreadable: [[UInt8]] { state.withLock(\.unreadable) }

    func close() async { await consumer.close() }
}
