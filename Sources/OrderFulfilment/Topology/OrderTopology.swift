public import AMQP
public import SubscriptionLifecycle

/// The exchanges and queues of the contract, under one prefix.
public struct OrderTopology: Hashable, Sendable {
    /// What every name begins with.
    public let prefix: String

    /// `orders` unless given.
    public init(prefix: String = "orders") { self.prefix = prefix }

    /// Publishers send commands here, routing key = operation.
    public var commands: ExchangeName { ExchangeName("\(prefix).commands") }
    /// Outcomes, routing key `<operation>.<outcome>`.
    public var events: ExchangeName { ExchangeName("\(prefix).events") }
    /// Outcomes nobody has bound a queue for.
    public var unroutedEvents: QueueName { QueueName("\(prefix).events.unrouted") }
    /// What the broker couldn't route or took out of a queue.
    public var undelivered: QueueName { QueueName("\(prefix).undelivered") }
    /// Dead letters.
    public var deadLetter: QueueName { QueueName("\(prefix).dead-letter") }
    /// The exchange that dead letters are published to.
    public var deadLetters: ExchangeName { ExchangeName(deadLetter.rawValue) }

    /// The queue of an operation.
    public func queue(_ operation: OrderOperation) -> QueueName { QueueName("\(prefix).\(operation.rawValue)") }

    /// The operation whose queue that is.
    public func operation(of queue: QueueName) -> OrderOperation? {
        guard queue.rawValue.hasPrefix("\(prefix).") else { return nil }
        return OrderOperation(rawValue: String(queue.rawValue.dropFirst(prefix.count + 1)))
    }

    /// Every queue that a worker consumes.
    public var consumedQueues: [QueueName] { OrderOperation.allCases.map(queue) + [undelivered] }

    /// All of it, as values to declare.
    ///
    /// Quorum queues throughout. An operation queue dead-letters at least once, which RabbitMQ does only with
    /// `x-overflow=reject-publish`; its delivery limit is a backstop, far above what crashes can reach. Without a limit
    /// of their own, queues would get RabbitMQ 4's default of 20, which drops a message that operators looked at 20 times.
    public var topology: Topology {
        let undeliveredExchange = ExchangeName(undelivered.rawValue)
        let unroutedExchange = ExchangeName(unroutedEvents.rawValue)
        let operationArguments: FieldTable = [
            "x-queue-type": "quorum",
            "x-dead-letter-exchange": .text(undeliveredExchange.rawValue),
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
            "x-delivery-limit": 1000,
        ]
        let keptArguments: FieldTable = ["x-queue-type": "quorum", "x-delivery-limit": 1_000_000]
        return Topology(
            exchanges: [
                .init(undeliveredExchange, .fanout),
                .init(unroutedExchange, .fanout),
                .init(commands, .direct, alternate: undeliveredExchange),
                .init(events, .topic, alternate: unroutedExchange),
                .init(deadLetters, .topic),
            ],
            queues: OrderOperation.allCases.map { .init(queue($0), arguments: operationArguments) } + [
                .init(undelivered, arguments: keptArguments),
                .init(deadLetter, arguments: keptArguments),
                .init(
                    unroutedEvents,
                    arguments: [
                        "x-queue-type": "quorum",
                        "x-overflow": "drop-head",
                        "x-max-length": 100_000,
                        "x-message-ttl": 604_800_000,
                    ]
                ),
            ],
            bindings: OrderOperation.allCases.map {
                .init(commands, to: queue($0), routingKey: RoutingKey($0.rawValue))
            } + [
                .init(undeliveredExchange, to: undelivered, routingKey: ""),
                .init(unroutedExchange, to: unroutedEvents, routingKey: ""),
                .init(deadLetters, to: deadLetter, routingKey: "#"),
            ]
        )
    }
}
