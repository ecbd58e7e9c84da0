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
    }

    struct Consumer: Sendable {
        var subscriptions: [QueueSubscription]
        var buffer: DeliveryBuffer
        var status = ConsumerStatus(epoch: 1)
        var nextTag: UInt64 = 1
        var unsettled: [UInt64: (queue: QueueName, entry: Entry)] = [:]
        var isStopped = false
    }

    /// What exists already is not what was asked for.
    struct Mismatch: Error, CustomStringConvertible {
        let description: String
    }

    var exchanges: [ExchangeName: Topology.Exchange] = [:]
    var bindings: [Topology.Binding] = []
    var queues: [QueueName: Queue] = [:]
    var consumers: [Int: Consumer] = [:]
    private var nextConsumer = 0
    private var nextSequence: UInt64 = 0

    mutating func declare(_ topology: Topology) throws {
        for exchange in topology.exchanges {
            guard exchanges[exchange.name] ?? exchange == exchange else {
                throw Mismatch(description: "406 exchange '\(exchange.name)' exists with other arguments")
            }
            exchanges[exchange.name] = exchange
        }
        for queue in topology.queues {
            guard queues[queue.name]?.arguments ?? queue.arguments == queue.arguments else {
                throw Mismatch(description: "406 queue '\(queue.name)' exists with other arguments")
            }
            if queues[queue.name] == nil { queues[queue.name] = Queue(arguments: queue.arguments) }
        }
        for binding in topology.bindings where !bindings.contains(binding) { bindings.append(binding) }
    }

    // MARK: Routing

    /// Routes as a mandatory publish does.
    mutating func publish(_ message: Message) -> PublishFailure? {
        guard message.exchange == .default || exchanges[message.exchange] != nil else {
            return .unknown("404 NOT_FOUND - no exchange '\(message.exchange)'")
        }
        let targets = route(message)
        guard !targets.isEmpty else { return .unroutable(code: 312, text: "NO_ROUTE") }
        guard !targets.contains(where: isFull) else { return .refused }
        for target in targets { enqueue(message, in: target) }
        return nil
    }

    private func route(_ message: Message) -> [QueueName] {
        if message.exchange == .default {
            let queue = QueueName(message.routingKey.rawValue)
            return queues[queue] == nil ? [] : [queue]
        }
        var name: ExchangeName? = message.exchange
        var visited: Set<ExchangeName> = []
        while let current = name, visited.insert(current).inserted, let exchange = exchanges[current] {
            let matching = bindings.filter {
                $0.exchange == current && exchange.kind.matches($0.routingKey, message.routingKey)
            }
            let targets = matching.map(\.queue).filter { queues[$0] != nil }
            if !targets.isEmpty { return targets.reduce(into: []) { if !$0.contains($1) { $0.append($1) } } }
            name = exchange.alternate
        }
        return []
    }

    private func isFull(_ name: QueueName) -> Bool {
        guard let queue = queues[name], queue.arguments.text("x-overflow") == "reject-publish",
            case .integer(let limit)? = queue.arguments["x-max-length"]
        else { return false }
        return queue.ready.count >= limit
    }

    private mutating func enqueue(_ message: Message, in queue: QueueName) {
        queues[queue]?.ready.append(Entry(sequence: nextSequence, message: message))
        nextSequence += 1
        dispatch(queue)
    }

    // MARK: Consumers

    mutating func connect(_ consumer: Consumer) -> Int {
        let id = nextConsumer
        nextConsumer += 1
        consumers[id] = consumer
        register(id)
        return id
    }

    private mutating func register(_ id: Int) {
        guard let consumer = consumers[id], !consumer.isStopped else { return }
        let queues = consumer.subscriptions.map(\.queue).filter { self.queues[$0] != nil }
        consumers[id]?.status.consuming = Set(queues)
        for queue in queues { dispatch(queue) }
    }

    /// Hands ready messages to the consumers in turn, as far as their prefetches allow.
    private mutating func dispatch(_ name: QueueName) {
        while let entry = queues[name]?.ready.first, let id = nextConsumer(of: name) {
            queues[name]?.ready.removeFirst()
            deliver(entry, from: name, to: id)
        }
    }

    private mutating func nextConsumer(of name: QueueName) -> Int? {
        let ids = consumers.keys.sorted().filter { id in
            guard let consumer = consumers[id], consumer.status.consuming.contains(name),
                let prefetch = consumer.subscriptions.first(where: { $0.queue == name })?.prefetch
            else { return false }
            return consumer.unsettled.values.count { $0.queue == name } < Int(prefetch.count)
        }
        guard !ids.isEmpty, let turn = queues[name]?.nextConsumer else { return nil }
        queues[name]?.nextConsumer = turn &+ 1
        return ids[turn % ids.count]
    }

    private mutating func deliver(_ entry: Entry, from queue: QueueName, to id: Int) {
        guard let consumer = consumers[id] else { return }
        let tag = consumer.nextTag
        consumers[id]?.nextTag += 1
        consumers[id]?.unsettled[tag] = (queue, entry)
        consumers[id]?.status.unsettled += 1
        var message = entry.message
        if entry.deliveries > 0 { message.properties.headers["x-delivery-count"] = .integer(Int64(entry.deliveries)) }
        let delivery = Delivery(
            id: DeliveryID(epoch: consumer.status.epoch, tag: tag),
            queue: queue,
            isRedelivered: entry.deliveries > 0,
            message: message
        )
        _ = consumer.buffer.append(delivery)
    }

    mutating func settle(_ delivery: DeliveryID, _ settlement: Settlement, by id: Int) {
        guard let consumer = consumers[id] else { return }
        guard consumer.status.epoch == delivery.epoch, let held = consumer.unsettled[delivery.tag] else {
            consumers[id]?.status.staleSettlements += 1
            return
        }
        consumers[id]?.unsettled[delivery.tag] = nil
        consumers[id]?.status.unsettled -= 1
        switch settlement {
        case .acknowledge: dispatch(held.queue)
        case .requeue: giveBack(held.entry, to: held.queue)
        }
    }

    /// The connection breaks and comes back.
    mutating func cut(_ id: Int) {
        _ = consumers[id]?.buffer.removeAll()
        release(id)
        consumers[id]?.status.epoch += 1
        consumers[id]?.nextTag = 1
        register(id)
    }

    mutating func stop(_ id: Int) {
        consumers[id]?.isStopped = true
        consumers[id]?.status.consuming = []
        // What nobody has read goes back: nobody has begun it.
        for delivery in consumers[id]?.buffer.finish() ?? [] { settle(delivery.id, .requeue, by: id) }
    }

    mutating func close(_ id: Int) {
        stop(id)
        release(id)
        consumers[id]?.status.trouble = "closed"
    }

    private mutating func release(_ id: Int) {
        consumers[id]?.status.consuming = []
        let held = consumers[id]?.unsettled.sorted { $0.key < $1.key }.map(\.value) ?? []
        consumers[id]?.unsettled = [:]
        consumers[id]?.status.unsettled = 0
        for (queue, entry) in held { giveBack(entry, to: queue) }
    }

    /// To its old place where a delivery limit is set, otherwise to the end; over the limit, to the dead-letter exchange.
    private mutating func giveBack(_ entry: Entry, to name: QueueName) {
        guard let queue = queues[name] else { return }
        var entry = entry
        entry.deliveries += 1
        if case .integer(let limit)? = queue.arguments["x-delivery-limit"] {
            guard entry.deliveries <= limit else { return deadLetter(entry.message, from: name) }
            let index = queue.ready.firstIndex { $0.sequence > entry.sequence } ?? queue.ready.endIndex
            queues[name]?.ready.insert(entry, at: index)
        } else {
            queues[name]?.ready.append(entry)
        }
        dispatch(name)
    }

    private mutating func deadLetter(_ message: Message, from name: QueueName) {
        guard let exchange = queues[name]?.arguments.text("x-dead-letter-exchange") else { return }
        var message = message
        message.properties.headers["x-first-death-queue"] = .text(name.rawValue)
        message.properties.headers["x-first-death-reason"] = "delivery_limit"
        message.properties.headers["x-first-death-exchange"] = .text(message.exchange.rawValue)
        message.exchange = ExchangeName(exchange)
        for target in route(message) { enqueue(message, in: target) }
    }
}
