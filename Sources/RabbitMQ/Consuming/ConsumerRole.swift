import AMQP
import CoreMetrics
import Logging

/// The consuming connection: one channel, a consumer for each queue, settlements.
struct ConsumerRole: ConnectionRole {
    enum Command: Sendable {
        case settle(DeliveryID, Settlement)
        /// Replaces the connection of that epoch; a later one is nobody's concern.
        case renew(UInt64)
        case stop(CheckedContinuation<Void, Never>)
        case close(CheckedContinuation<Void, Never>)
        /// Nobody holds the consumer any more.
        case abandon
    }

    let subscriptions: [QueueSubscription]
    let topology: Topology
    let configuration: RabbitMQConfiguration
    let buffer: DeliveryBuffer
    let board: StatusBoard<ConsumerStatus>
    let unsettled: UnsettledDeliveries
    let logger: Logger
    let counters = ConsumerCounters()
    private var gauges = ConsumerGauges()
    /// When the current turn of the loop began: exact enough for the age of deliveries.
    private var turnBegan = ContinuousClock.now

    private var epoch: UInt64 = 0
    private var assembler: MessageAssembler
    private var window = SettlementWindow()
    /// Came with the frames of this turn; handed over together, so that the reader is woken once.
    private var arrived: [Delivery] = []
    private var settlements: [(tag: UInt64, settlement: Settlement)] = []
    /// The queue of each consumer that was asked for in this epoch.
    private var queues: [ConsumerTag: QueueName] = [:]
    private var consuming: Set<ConsumerTag> = []
    /// When every `consume-ok` or `cancel-ok` must have come.
    private var answerDeadline: ContinuousClock.Instant?
    /// Whether somebody wants another connection in place of this one.
    private var isRenewing = false
    private var isStopping = false
    private var stopWaiters: [CheckedContinuation<Void, Never>] = []
    private var closeWaiters: [CheckedContinuation<Void, Never>] = []
    private(set) var endRequested = false

    init(
        subscriptions: [QueueSubscription],
        topology: Topology,
        configuration: RabbitMQConfiguration,
        buffer: DeliveryBuffer,
        board: StatusBoard<ConsumerStatus>,
        unsettled: UnsettledDeliveries,
        logger: Logger
    ) {
        self.subscriptions = subscriptions
        self.topology = topology
        self.configuration = configuration
        self.buffer = buffer
        self.board = board
        self.unsettled = unsettled
        self.logger = logger
        assembler = MessageAssembler(limits: configuration.limits)
    }

    /// Twice what the prefetches allow: a broker that counts a little differently is no reason to give up.
    private var mostUnsettled: Int { subscriptions.reduce(0) { $0 + 2 * Int($1.prefetch.count) } }

    /// The broker blocks connections that publish, and this one never does.
    var isBlocked: Bool { false }
    var isDrained: Bool { settlements.isEmpty && consuming.isEmpty }
    var nextDeadline: ContinuousClock.Instant? { answerDeadline }

    mutating func take(_ command: Command) {
        switch command {
        case .settle(let delivery, let settlement):
            if delivery.epoch == epoch {
                settlements.append((delivery.tag, settlement))
            } else {
                stale(1)
            }
        case .renew(let old): if old == epoch, old > 0 { isRenewing = true }
        case .stop(let waiter):
            stop()
            stopWaiters.append(waiter)
            resumeStopWaitersIfDone()
        case .close(let waiter):
            stop()
            closeWaiters.append(waiter)
            endRequested = true
        case .abandon:
            stop()
            endRequested = true
        }
    }

    /// What nobody has read goes back to its queue: nobody has begun it.
    private mutating func stop() {
        isStopping = true
        for delivery in buffer.finish() { giveBack(delivery.id) }
    }

    private mutating func giveBack(_ delivery: DeliveryID) {
        _ = unsettled.remove(delivery)
        if delivery.epoch == epoch { settlements.append((delivery.tag, .requeue)) }
    }

    private mutating func stale(_ count: Int) {
        guard count > 0 else { return }
        counters.staleSettlements.increment(by: count)
        board.update { $0.staleSettlements += UInt64(count) }
    }

    private mutating func resumeStopWaitersIfDone() {
        guard consuming.isEmpty, queues.isEmpty else { return }
        for waiter in stopWaiters { waiter.resume() }
        stopWaiters = []
    }
}

// MARK: - The life of one connection

extension ConsumerRole {
    var preparation: ConnectionAttempt.Prepare {
        { [topology] connection throws(BrokerFailure) in try connection.declare(topology) }
    }

    mutating func establish(on connection: borrowing BrokerConnection, epoch: UInt64) throws(BrokerFailure) {
        self.epoch = epoch
        assembler = MessageAssembler(limits: configuration.limits)
        window = SettlementWindow()
        if !isStopping {
            for (index, subscription) in subscriptions.enumerated() {
                let tag = ConsumerTag("\(index)-\(subscription.queue.rawValue.prefix(60))")
                // The prefetch holds for the consumers that follow, so it is sent again before each.
                connection.sendPrefetch(subscription.prefetch)
                try connection.sendConsume(subscription.queue, tag: tag)
                queues[tag] = subscription.queue
            }
            answerDeadline = .now + configuration.rpcTimeout
        }
        counters.connections.increment()
        board.update { status in
            status.epoch = epoch
            status.trouble = nil
        }
    }

    mutating func drain(on connection: borrowing BrokerConnection) throws(BrokerFailure) {}

    mutating func write(to connection: borrowing BrokerConnection) throws(BrokerFailure) -> Bool {
        handOver()
        if isStopping, !queues.isEmpty {
            for tag in queues.keys { connection.sendCancel(tag) }
            queues = [:]
            answerDeadline = .now + configuration.rpcTimeout
        }
        guard !settlements.isEmpty else { return false }
        let (actions, unknown) = window.settle(settlements)
        let requeued = actions.count { if case .requeue = $0 { true } else { false } }
        counters.requeued.increment(by: requeued)
        counters.acknowledged.increment(by: settlements.count - unknown - requeued)
        settlements.removeAll(keepingCapacity: true)
        stale(unknown)
        for action in actions {
            switch action {
            case .acknowledge(let tag, let multiple): connection.acknowledge(tag, multiple: multiple)
            case .requeue(let tag): connection.requeue(tag)
            }
        }
        let unsettled = window.count
        board.update { $0.unsettled = unsettled }
        return false
    }

    mutating func receive(_ frame: InboundFrame, on connection: borrowing BrokerConnection) throws(BrokerFailure) {
        switch frame {
        case .deliver, .returned, .header, .body:
            guard case .delivery(let consumer, let tag, let isRedelivered, let message) = try assembler.take(frame)
            else {
                return
            }
            guard window.delivered(tag, at: turnBegan) else { throw .lost("delivery tag \(tag) came out of turn") }
            // The prefetches bound our memory, so they are not left to the broker alone.
            guard window.count <= mostUnsettled else {
                throw .lost("\(window.count) deliveries are unsettled, far over the prefetches")
            }
            try deliver(tag: tag, consumer: consumer, isRedelivered: isRedelivered, message: message)
        case .consuming(let tag):
            // A stop forgets the queues as it sends the cancels, so an answer that was on its way finds none.
            guard consuming.count < subscriptions.count, isStopping || queues[tag] != nil else {
                throw .lost("a consumer was registered that nobody asked for")
            }
            consuming.insert(tag)
            guard let queue = queues[tag] else { return }
            board.update { $0.consuming.insert(queue) }
            if consuming.count == queues.count { answerDeadline = nil }
        case .cancelled(let tag):
            cancelled(tag)
        case .cancelledByBroker(let tag):
            // One that crosses our own cancel says the same.
            if isStopping, queues[tag] == nil { return cancelled(tag) }
            guard let queue = queues[tag] else { throw .lost("a consumer was cancelled that is not registered") }
            throw .consumerCancelled(queue)
        case .acknowledge, .refuse, .channelClosed, .connectionClosed, .blocked, .unblocked, .other:
            // The broker blocks connections that publish. This one never does, so an alarm can't hold up settlements.
            return
        }
    }

    private mutating func cancelled(_ tag: ConsumerTag) {
        consuming.remove(tag)
        board.update { $0.consuming = [] }
        if consuming.isEmpty { answerDeadline = nil }
        resumeStopWaitersIfDone()
    }

    private mutating func deliver(
        tag: UInt64,
        consumer: ConsumerTag,
        isRedelivered: Bool,
        message: Message
    ) throws(BrokerFailure) {
        let id = DeliveryID(epoch: epoch, tag: tag)
        counters.deliveries.increment()
        guard !isStopping else { return giveBack(id) }
        guard let queue = queues[consumer] else { throw .lost("a delivery for a consumer that nobody asked for") }
        arrived.append(Delivery(id: id, queue: queue, isRedelivered: isRedelivered, message: message))
    }

    private mutating func handOver() {
        guard !arrived.isEmpty else { return }
        let unsettled = window.count
        board.update { $0.unsettled = unsettled }
        for delivery in arrived { self.unsettled.add(delivery.id) }
        if !buffer.append(contentsOf: arrived) { for delivery in arrived { giveBack(delivery.id) } }
        arrived.removeAll(keepingCapacity: true)
    }

    mutating func checkDeadlines(now: ContinuousClock.Instant) throws(BrokerFailure) {
        // Whoever is about to stop gives back what is left anyway.
        if isRenewing, !isStopping { throw .lost("it is renewed, to give back what was unsettled") }
        guard let deadline = answerDeadline, now >= deadline else { return }
        answerDeadline = nil
        throw .timedOut("basic.consume or basic.cancel")
    }

    mutating func turned(now: ContinuousClock.Instant) {
        turnBegan = now
        board.turned(now: now)
        gauges.record(now: now, unsettled: window.count, oldest: window.oldestDeliveredAt)
    }

    mutating func lost(_ reason: BrokerFailure) {
        isRenewing = false
        stale(settlements.count)
        settlements = []
        // What nobody has read will be delivered again; whoever has read something settles into the void.
        counters.abandoned.increment(by: arrived.count + buffer.removeAll().count)
        arrived = []
        unsettled.removeAll()
        window = SettlementWindow()
        queues = [:]
        consuming = []
        answerDeadline = nil
        // No settlement may pass as current until the next connection stands.
        epoch = 0
        board.update { status in
            status.consuming = []
            status.unsettled = 0
            status.trouble = "\(reason)"
        }
        resumeStopWaitersIfDone()
    }

    mutating func finish() {
        _ = buffer.finish()
        board.update { status in
            status.consuming = []
            status.trouble = "closed"
        }
        for waiter in stopWaiters + closeWaiters { waiter.resume() }
        (stopWaiters, closeWaiters) = ([], [])
    }
}
