import AMQP
import DequeModule

/// Everything the in-memory broker knows: routing, queues, consumers.
struct BrokerState: Sendable {
    /// A message in a queue.
    struct Entry: Sendable {
        var sequence: UInt64
        var message: Message
        var deliveries = 0
    }

    struct Queue: Sendable {
        var arguments: FieldTable
        var ready: Deque<Entry> = []
        var nextConsumer = 0
        var wasFull = false
    }

    struct Consumer: Sendable {
        var subscriptions: [QueueSubscription]
        var buffer: DeliveryBuffer
        var status = ConsumerStatus(epoch: 1)
        var nextTag: UInt64 = 1
        var unsettled: [UInt64: (queue: QueueName, entry: Entry)] = [:]
        var isStopped = false
    }

    let defect: InMemoryBroker.Defect?
    var exchanges: [ExchangeName: Topology.Exchange] = [:]
    var bindings: [Topology.Binding] = []
    var queues: [QueueName: Queue] = [:]
    var consumers: [Int: Consumer] = [:]
    var nextConsumer = 0
    private var nextSequence: UInt64 = 0

    init(defect: InMemoryBroker.Defect?) { self.defect = defect }

    // MARK: Routing

    /// Routes as a mandatory publish does.
    mutating func publish(_ message: Message) -> PublishFailure? {
        guard message.exchange == .default || exchanges[message.exchange] != nil else {
            return defect == .swallowsMissingExchanges
                ? nil : .unknown("404 NOT_FOUND - no exchange '\(message.exchange)'")
        }
        let targets = route(message)
        guard !targets.isEmpty else { return .unroutable(code: 312, text: "NO_ROUTE") }
        let full = targets.filter { refuses($0) }
        if defect == .refusesForEveryQueue, !full.isEmpty { return .refused }
        // One full queue is enough for a refusal; the others take it all the same.
        for target in targets where !full.contains(target) { enqueue(message, in: target) }
        return full.isEmpty ? nil : .refused
    }

    func route(_ message: Message) -> [QueueName] {
        if defect == .routesNothing { return [] }
        if message.exchange == .default {
            let queue = QueueName(message.routingKey.rawValue)
            return queues[queue] == nil ? [] : [queue]
        }
        var name: ExchangeName? = message.exchange
        var visited: Set<ExchangeName> = []
        while let current = name, visited.insert(current).inserted, let exchange = exchanges[current] {
            let matching = bindings.filter {
                $0.exchange == current
                    && (defect == .routesEverything || exchange.kind.matches($0.routingKey, message.routingKey))
            }
            let targets = matching.map(\.queue).filter { queues[$0] != nil }
            if defect == .routesOncePerBinding { return targets }
            if !targets.isEmpty { return targets.reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }
            name = defect == .ignoresAlternates ? nil : exchange.alternate
        }
        return []
    }

    private mutating func refuses(_ name: QueueName) -> Bool {
        guard let queue = queues[name], queue.arguments.text("x-overflow") == "reject-publish",
            case .integer(let limit)? = queue.arguments["x-max-length"], defect != .acceptsIntoFullQueues
        else { return false }
        let isFull = queue.ready.count >= limit || (defect == .staysFull && queue.wasFull)
        queues[name]?.wasFull = isFull
        return isFull
    }

    mutating func enqueue(_ message: Message, in name: QueueName) {
        queues[name]?.ready.append(Entry(sequence: nextSequence, message: message))
        nextSequence += 1
        dispatch(name)
        guard let queue = queues[name], queue.arguments.text("x-overflow") != "reject-publish",
            case .integer(let limit)? = queue.arguments["x-max-length"], queue.ready.count > limit
        else { return }
        if defect == .keepsTheOldest {
            queues[name]?.ready.removeLast()
        } else {
            queues[name]?.ready.removeFirst()
        }
    }
}
