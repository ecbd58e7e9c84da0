public import AMQP
public import Logging

/// Publishes to RabbitMQ with confirms, mandatory always: one connection, a thread of its own, reconnecting until closed.
public final class RabbitMQPublisher: Publisher {
    private let configuration: RabbitMQConfiguration
    private let mailbox = Mailbox<PublisherRole.Command>()
    private let board = StatusBoard(PublisherStatus(trouble: "not connected yet"))
    private let room: PublishingRoom

    /// Starts connecting at once.
    ///
    /// Each connection declares the topology first.
    public init(configuration: RabbitMQConfiguration, topology: Topology = Topology(), logger: Logger) {
        var configuration = configuration
        configuration.connectionName += " publisher"
        self.configuration = configuration
        room = PublishingRoom(count: configuration.maximumHeld, bytes: configuration.maximumHeldBytes)
        let (mailbox, board, room) = (mailbox, board, room)
        OwnerThread.start(name: "amqp-publisher") { [configuration] in
            let role = PublisherRole(
                configuration: configuration,
                topology: topology,
                board: board,
                room: room,
                logger: logger
            )
            var owner = ConnectionOwner(configuration: configuration, mailbox: mailbox, logger: logger, role: role)
            owner.run()
        }
    }

    deinit {
        // Nobody can publish or close any more: the thread must not outlive its last user.
        _ = mailbox.post(.abandon)
    }

    /// Publishes and returns when the broker has confirmed, at the latest after the confirm time-out.
    ///
    /// Without a connection it waits for one, and when too much is held in memory already, for room. Only the wait for
    /// room ends with the task's cancellation: what was taken over may be on its way.
    public func publish(_ publishing: Publishing) async throws(PublishFailure) {
        let deadline = ContinuousClock.now + configuration.confirmTimeout
        let bytes = publishing.body.count + Self.overhead
        try await room.enter(bytes: bytes, deadline: deadline)
        let result: Result<Void, PublishFailure> = await withCheckedContinuation { continuation in
            let answer = PublishingAnswer(deadline: deadline, room: room, bytes: bytes, caller: continuation)
            if !mailbox.post(.publish(publishing, answer)) { answer.resume(returning: .failure(.closed)) }
        }
        try result.get()
    }

    /// Publishings in memory, and callers that wait for room there.
    var held: (count: Int, waiting: Int) { (room.count, room.waiting) }

    /// What a publishing takes besides its body, roughly.
    private static let overhead = 1024

    /// Waits for open confirms within its deadline, then closes the connection.
    public func close() async {
        await withCheckedContinuation { continuation in
            if !mailbox.post(.close(continuation)) { continuation.resume() }
        }
    }

    /// What is true of the connection now.
    public var status: PublisherStatus {
        var (status, silence) = board.current
        status.secondsSinceLastTurn = silence
        return status
    }
}
