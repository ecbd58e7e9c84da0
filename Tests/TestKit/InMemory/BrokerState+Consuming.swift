import AMQP
import DequeModule

extension BrokerState {
    mutating func connect(_ consumer: Consumer) -> Int {
        let id = nextConsumer
        nextConsumer += 1
        consumers[id] = consumer
        register(id)
        return id
    }

    /// A queue that isn't there keeps a consumer from all of its queues until it is.
    mutating func register(_ id: Int) {
        guard let consumer = consumers[id], !consumer.isStopped else { return }
        var names = consumer.subscriptions.map(\.queue)
        if let missing = names.first(where: { queues[$0] == nil }) {
            consumers[id]?.status.trouble = "404 NOT_FOUND - no queue '\(missing)'"
            return
        }
        if defect != .keepsTrouble { consumers[id]?.status.trouble = nil }
        if defect == .deliversOneQueue { names = Array(names.prefix(1)) }
        consumers[id]?.status.consuming = Set(names)
        for name in names { dispatch(name) }
    }

    /// Hands ready messages to the consumers in turn, as far as their prefetches allow.
    mutating func dispatch(_ name: QueueName) {
        while let ready = queues[name]?.ready, !ready.isEmpty, let id = nextConsumer(of: name) {
            let entry =
                defect == .deliversTheNewestFirst ? queues[name]?.ready.popLast() : queues[name]?.ready.popFirst()
            if let entry { deliver(entry, from: name, to: id) }
        }
    }

    private mutating func nextConsumer(of name: QueueName) -> Int? {
        let ids = consumers.keys.sorted().filter { id in
            guard let consumer = consumers[id], consumer.status.consuming.contains(name),
                let prefetch = consumer.subscriptions.first(where: { $0.queue == name })?.prefetch
            else { return false }
            return defect == .ignoresPrefetch
                || consumer.unsettled.values.count { $0.queue == name } < Int(prefetch.count)
        }
        guard !ids.isEmpty, let turn = queues[name]?.nextConsumer else { return nil }
        if defect == .favoursOneConsumer {
            return ids.first == consumers.keys.min() || consumers.count == 1 ? ids.first : nil
        }
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
        if defect == .losesProperties { message.properties.headers = [:] }
        if defect == .inventsProperties {
            message.properties.deliveryMode = message.properties.deliveryMode ?? .transient
        }
        if entry.deliveries > 0 { message.properties.headers["x-delivery-count"] = .integer(Int64(entry.deliveries)) }
        let delivery = Delivery(
            id: DeliveryID(epoch: consumer.status.epoch, tag: tag),
            queue: queue,
            isRedelivered: entry.deliveries > 0 && defect != .hidesRedelivery,
            message: message
        )
        _ = consumer.buffer.append(delivery)
    }

    mutating func settle(_ delivery: DeliveryID, _ settlement: Settlement, by id: Int) {
        guard let consumer = consumers[id] else { return }
        let isCurrent = consumer.status.epoch == delivery.epoch || defect == .ignoresEpochs
        guard isCurrent, let held = consumer.unsettled[delivery.tag] else {
            if defect != .settlesUncounted { consumers[id]?.status.staleSettlements += 1 }
            return
        }
        consumers[id]?.unsettled[delivery.tag] = nil
        consumers[id]?.status.unsettled -= 1
        switch settlement {
        case .acknowledge where defect == .keepsTheAcknowledged: giveBack(held.entry, to: held.queue)
        case .acknowledge: dispatch(held.queue)
        case .requeue: giveBack(held.entry, to: held.queue)
        }
    }

    /// The connection breaks and comes back.
    mutating func cut(_ id: Int) {
        if defect != .keepsTheUnread { _ = consumers[id]?.buffer.removeAll() }
        if defect == .losesOnACut { consumers[id]?.unsettled = [:] }
        release(id)
        if defect != .keepsTheEpoch { consumers[id]?.status.epoch += 1 }
        consumers[id]?.nextTag = 1
        register(id)
    }

    mutating func stop(_ id: Int) {
        if defect == .staysOpenAfterStop { return }
        consumers[id]?.isStopped = true
        consumers[id]?.status.consuming = []
        // What nobody has read goes back: nobody has begun it.
        for delivery in consumers[id]?.buffer.finish() ?? [] { settle(delivery.id, .requeue, by: id) }
    }

    mutating func close(_ id: Int) {
        stop(id)
        if defect != .forgetsOnClose { release(id) }
        if defect != .silentAfterClose { consumers[id]?.status.trouble = "closed" }
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
        guard let queue = queues[name], defect != .losesTheRequeued else { return }
        var entry = entry
        entry.deliveries += 1
        if case .integer(let limit)? = queue.arguments["x-delivery-limit"] {
            guard entry.deliveries <= limit || defect == .ignoresDeliveryLimits else {
                return deadLetter(entry.message, from: name)
            }
            let index = queue.ready.firstIndex { $0.sequence > entry.sequence } ?? queue.ready.endIndex
            queues[name]?.ready.insert(entry, at: defect == .requeuesAtTheEnd ? queue.ready.endIndex : index)
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
