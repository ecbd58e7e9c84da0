/// What a consumer reads and how hard the broker may push.
public struct QueueSubscription: Hashable, Sendable {
    /// The queue to consume.
    public var queue: QueueName
    /// The largest number of unsettled deliveries of this queue.
    public var prefetch: Prefetch

    /// Subscribes to one queue.
    public init(queue: QueueName, prefetch: Prefetch) {
        self.queue = queue
        self.prefetch = prefetch
    }
}

/// The incoming half of the broker seam: deliveries in, settlements out, across reconnects.
public protocol DeliverySource: Sendable {
    /// The deliveries of every subscribed queue, in the order of each queue. Bounded by the prefetches.
    /// Iterate once. Ends after `stop()` or `close()`.
    var deliveries: AsyncStream<Delivery> { get }

    /// Tells the broker about a delivery. Never blocks; a handle of an earlier epoch is dropped and counted.
    func settle(_ delivery: DeliveryID, _ settlement: Settlement)

    /// Gives every unsettled delivery back, in the order in which they were in their queues, and goes on under a new
    /// epoch. Never blocks.
    func renew()

    /// Cancels every consumer and ends `deliveries`; what was delivered can still be settled.
    func stop() async

    /// Writes the settlements that wait, then closes the connection within its deadline.
    func close() async

    /// What is true of the connection now.
    var status: ConsumerStatus { get }
}

/// The outgoing half of the broker seam.
public protocol Publisher: Sendable {
    /// Publishes mandatory, with the delivery mode of its properties (none means transient), and returns when the broker has
    /// confirmed.
    /// Callers may overlap freely: confirms are pipelined.
    func publish(_ publishing: Publishing) async throws(PublishFailure)

    /// Waits for open confirms within its deadline, then closes the connection.
    func close() async

    /// What is true of the connection now.
    var status: PublisherStatus { get }
}

/// What is true of a consuming connection.
public struct ConsumerStatus: Hashable, Sendable {
    /// Counts connections, from 1; 0 before the first.
    public var epoch: UInt64
    /// The queues that have a registered consumer in this epoch.
    public var consuming: Set<QueueName>
    /// Seconds since the owner of the connection last went round its loop.
    public var secondsSinceLastTurn: Double
    /// Deliveries that are not settled yet in this epoch.
    public var unsettled: Int
    /// Settlements dropped because their epoch was over.
    public var staleSettlements: UInt64
    /// What keeps it from consuming, in words for a person; `nil` when nothing does.
    public var trouble: String?

    /// Describes a consuming connection.
    public init(
        epoch: UInt64 = 0,
        consuming: Set<QueueName> = [],
        secondsSinceLastTurn: Double = 0,
        unsettled: Int = 0,
        staleSettlements: UInt64 = 0,
        trouble: String? = nil
    ) {
        self.epoch = epoch
        self.consuming = consuming
        self.secondsSinceLastTurn = secondsSinceLastTurn
        self.unsettled = unsettled
        self.staleSettlements = staleSettlements
        self.trouble = trouble
    }
}

/// What is true of a publishing connection.
public struct PublisherStatus: Hashable, Sendable {
    /// Whether the channel is open, in confirm mode, and not blocked.
    public var canConfirm: Bool
    /// Whether the broker said `connection.blocked` (an alarm of memory or disk), with its reason.
    public var blocked: String?
    /// Publishings without an answer yet.
    public var unconfirmed: Int
    /// Seconds since the owner of the connection last went round its loop.
    public var secondsSinceLastTurn: Double
    /// What keeps it from publishing, in words for a person; `nil` when nothing does.
    public var trouble: String?

    /// Describes a publishing connection.
    public init(
        canConfirm: Bool = false,
        blocked: String? = nil,
        unconfirmed: Int = 0,
        secondsSinceLastTurn: Double = 0,
        trouble: String? = nil
    ) {
        self.canConfirm = canConfirm
        self.blocked = blocked
        self.unconfirmed = unconfirmed
        self.secondsSinceLastTurn = secondsSinceLastTurn
        self.trouble = trouble
    }
}
