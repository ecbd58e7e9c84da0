public import AMQP

/// The incoming half of the in-memory broker.
public final class InMemoryConsumer: DeliverySource {
    /// The deliveries of every subscribed queue.
    ///
    /// Iterate once.
    public let deliveries: AsyncStream<Delivery>

    private let broker: InMemoryBroker
    private let id: Int

    init(broker: InMemoryBroker, subscriptions: [QueueSubscription]) {
        let buffer = DeliveryBuffer()
        deliveries = buffer.stream
        self.broker = broker
        id = broker.withState { $0.connect(.init(subscriptions: subscriptions, buffer: buffer)) }
    }

    /// Tells the broker about a delivery; a handle of an earlier epoch is dropped and counted.
    public func settle(_ delivery: DeliveryID, _ settlement: Settlement) {
        broker.withState { $0.settle(delivery, settlement, by: id) }
    }

    /// Breaks the connection, which comes back under a new epoch.
    public func renew() { cutConnection() }

    /// Cancels every consumer and ends `deliveries`.
    public func stop() async { broker.withState { $0.stop(id) } }

    /// Ends it; what is unsettled goes back to its queue.
    public func close() async { broker.withState { $0.close(id) } }

    /// Breaks this one connection; it comes back under a new epoch.
    public func cutConnection() { broker.withState { $0.cut(id) } }

    /// What is true of the connection now.
    public var status: ConsumerStatus { broker.withState { $0.consumers[id]?.status ?? ConsumerStatus() } }
}
