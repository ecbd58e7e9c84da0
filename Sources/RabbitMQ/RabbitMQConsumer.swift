public import AMQP
import CoreMetrics
public import Logging

/// Consumes queues of RabbitMQ: one connection, one channel, a thread of its own, reconnecting until it is closed.
///
/// Each connection declares the topology, sets the prefetch and registers the consumers anew, under a new epoch. The
/// deliveries that nobody had read when a connection broke are dropped: the broker delivers them again.
public final class RabbitMQConsumer: DeliverySource {
    /// The deliveries of every subscribed queue.
    ///
    /// Iterate once.
    public let deliveries: AsyncStream<Delivery>

    let mailbox = Mailbox<ConsumerRole.Command>()
    private let unsettled = UnsettledDeliveries()
    private let counters = ConsumerCounters()
    private let board = StatusBoard(ConsumerStatus(trouble: "not connected yet"))

    /// Starts connecting at once.
    public init(
        configuration: RabbitMQConfiguration,
        subscriptions: [QueueSubscription],
        topology: Topology = Topology(),
        logger: Logger
    ) {
        let buffer = DeliveryBuffer()
        deliveries = buffer.stream
        let (mailbox, board, unsettled) = (mailbox, board, unsettled)
        var configuration = configuration
        configuration.connectionName += " consumer"
        OwnerThread.start(name: "amqp-consumer") { [configuration] in
            let role = ConsumerRole(
                subscriptions: subscriptions,
                topology: topology,
                configuration: configuration,
                buffer: buffer,
                board: board,
                unsettled: unsettled,
                logger: logger
            )
            var owner = ConnectionOwner(configuration: configuration, mailbox: mailbox, logger: logger, role: role)
            owner.run()
        }
    }

    deinit {
        // Nobody can settle or close any more: the thread must not outlive its last user.
        _ = mailbox.post(.abandon)
    }

    /// Tells the broker about a delivery.
    ///
    /// Never blocks; a handle of an earlier epoch, or a second settlement, is dropped and counted.
    public func settle(_ delivery: DeliveryID, _ settlement: Settlement) {
        guard unsettled.remove(delivery), mailbox.post(.settle(delivery, settlement)) else {
            counters.staleSettlements.increment()
            board.update { $0.staleSettlements += 1 }
            return
        }
    }

    /// Replaces the connection: the broker puts back what was unsettled, in its order, and delivers it again.
    ///
    /// Never blocks. One that is lost already is left alone: its deliveries have gone back, and the next connection is
    /// not meant.
    public func renew() { _ = mailbox.post(.renew(board.current.status.epoch)) }

    /// Cancels every consumer and ends `deliveries`; what nobody has read goes back to its queue at once, what was read can
    /// still be settled.
    public func stop() async {
        await withCheckedContinuation { continuation in
            if !mailbox.post(.stop(continuation)) { continuation.resume() }
        }
    }

    /// Writes the settlements that wait, then closes the connection within its deadline.
    public func close() async {
        await withCheckedContinuation { continuation in
            if !mailbox.post(.close(continuation)) { continuation.resume() }
        }
    }

    /// What is true of the connection now.
    public var status: ConsumerStatus {
        var (status, silence) = board.current
        status.secondsSinceLastTurn = silence
        return status
    }
}
