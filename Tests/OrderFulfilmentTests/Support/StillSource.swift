import AMQP

/// A source that delivers nothing, with the status that it is given.
struct StillSource: DeliverySource {
    var status = ConsumerStatus()
    var deliveries: AsyncStream<Delivery> { AsyncStream { $0.finish() } }

    func settle(_ delivery: DeliveryID, _ settlement: Settlement) {}
    func renew() {}
    func stop() async {}
    func close() async {}
}
