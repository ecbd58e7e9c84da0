public import AMQP
public import Logging

/// Publishes to RabbitMQ with confirms, mandatory always: one connection, a thread of its own, reconnecting until closed.
public final class RabbitMQPublisher: Publisher {
    private let configuration: RabbitMQConfiguration
    private let mailbox = Mailbox<PublisherRole.Command>()
    private let board = StatusBoard(PublisherStatus(trouble: "not connected yet"))

    /// Starts connecting at once.
    ///
    /// Each connection declares the topology first.
    public init(configuration: RabbitMQConfiguration, topology: Topology = Topology(), logger: Logger) {
        var configuration = configuration
        configuration.connectionName += " publisher"
        self.configuration = configuration
        let (mailbox, board) = (mailbox, board)
        OwnerThread.start(name: "amqp-publisher") { [configuration] in
            let role = PublisherRole(configuration: configuration, topology: topology, board: board, logger: logger)
            var owner = ConnectionOwner(configuration: configuration, mailbox: mailbox, logger: logger, role: role)
            owner.run()
        }
    }

    deinit {
        // Nobody can publish or close any more: the thread must not outlive its last user.
        _ = mailbox.post(.abandon)
    }

    /// Publishes and returns when the broker has confirmed.
    ///
    /// Without a connection it waits for one, up to the confirm time-out.
    public func publish(_ publishing: Publishing) async throws(PublishFailure) {
        let deadline = ContinuousClock.now + configuration.confirmTimeout
        let result: Result<Void, PublishFailure> = await withCheckedContinuation { continuation in
            if !mailbox.post(.publish(publishing, deadline: deadline, continuation)) {
                continuation.resume(returning: .failure(.closed))
            }
        }
        try result.get()
    }

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
