import AMQP

/// A publisher that confirms everything, or what it is told to, with the status that it is given.
struct StillPublisher: Publisher {
    var status = PublisherStatus(canConfirm: true)
    /// What a publishing waits for.
    var gate: Gate?
    /// The routing key that is refused.
    var refused: RoutingKey?

    func publish(_ publishing: Publishing) async throws(PublishFailure) {
        await gate?.pass()
        if publishing.routingKey == refused { throw .refused }
    }

    func close() async {}
}
