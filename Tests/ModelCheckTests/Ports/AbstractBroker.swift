import AMQP
import OrderFulfilment
import SubscriptionLifecycle

/// Queues of messages, as values: what is ready, what somebody has, what is dead.
struct AbstractBroker {
    /// A message in its queue.
    struct Entry {
        /// The command that it is.
        var subject: String
        var queue: QueueName
        var message: Message
        var isRedelivered = false
        /// Who has it, under which tag.
        var receipt: Receipt?
        /// Ordinal among the messages of a command: copies are told apart.
        var copy: Int
    }

    /// A delivery that isn't settled.
    struct Receipt: Hashable {
        var worker: Int
        var delivery: DeliveryID
        var subject: String
    }

    private(set) var entries: [Entry] = []
    private(set) var letters: [Message] = []
    private var copies = 0

    /// The shop sends a command.
    mutating func send(_ command: PlannedCommand, _ topology: OrderTopology) {
        let properties = Properties(contentType: "application/cloudevents+json", deliveryMode: .persistent)
        put(
            Message(
                exchange: topology.commands,
                routingKey: RoutingKey(command.operation.rawValue),
                properties: properties,
                body: command.body
            ),
            topology.queue(command.operation),
            command.id
        )
    }

    mutating func put(_ message: Message, _ queue: QueueName, _ subject: String) {
        copies += 1
        entries.append(Entry(subject: subject, queue: queue, message: message, copy: copies))
    }

    mutating func bury(_ message: Message) { letters.append(message) }

    mutating func takeLetter(_ message: Message) { letters.removeAll { $0 == message } }

    /// The first ready message of each queue.
    var ready: [Int] {
        var seen: Set<QueueName> = []
        return entries.indices.filter { entries[$0].receipt == nil && seen.insert(entries[$0].queue).inserted }
    }

    mutating func hand(_ index: Int, _ receipt: Receipt) { entries[index].receipt = receipt }

    /// It was acknowledged.
    mutating func remove(_ receipt: Receipt) { entries.removeAll { $0.receipt == receipt } }

    /// It goes back to its queue.
    mutating func giveBack(_ isIt: (Receipt) -> Bool) {
        for index in entries.indices {
            guard let receipt = entries[index].receipt, isIt(receipt) else { continue }
            entries[index].receipt = nil
            entries[index].isRedelivered = true
        }
    }

    func held(by worker: Int) -> [String] {
        entries.filter { $0.receipt?.worker == worker }.map { "\($0.subject) \($0.isRedelivered)" }.sorted()
    }

    /// What is in the queues, whoever has it.
    var digest: [String] {
        entries.map { "\($0.queue) \($0.subject) \($0.isRedelivered) \($0.receipt == nil)" }
            + letters.map { "letter \($0.routingKey)" }.sorted()
    }
}
