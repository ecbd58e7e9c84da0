import AMQP

/// Publishings to the abstract broker, each when it is its turn.
struct ModelPublisher: Publisher {
    let world: World

    func publish(_ publishing: Publishing) async throws(PublishFailure) {
        let turn = await world.wait(.publish(publishing))
        guard turn != .dead else { throw .closed }
        let isLost = world.plant == .publisherLies || world.plant == .wokenUnpublished && Hand.current?.kind == "woken"
        if !isLost { world.accept(publishing) }
        Hand.current?.note(turn)
        if turn == .loseAnswer { throw .unknown("the confirm was lost") }
    }

    func close() async {}

    var status: PublisherStatus { PublisherStatus(canConfirm: true) }
}
