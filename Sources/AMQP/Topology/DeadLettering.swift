/// What becomes of messages that a quorum queue gives up.
public enum DeadLettering: Hashable, Sendable {
    /// They are gone.
    case none
    /// They are sent to the dead-letter exchange, and lost when it has no room or no route.
    case atMostOnce
    /// They stay in the queue until the dead-letter exchange's queues have confirmed them.
    case atLeastOnce
    /// At least once was asked for, and RabbitMQ quietly does less.
    case fallsBack(reason: String)
}

extension Topology.Queue {
    /// What the arguments ask for, read as RabbitMQ reads them: at-least-once has conditions, and where one isn't met
    /// RabbitMQ notes so in its log and tells nobody else.
    ///
    /// The feature flag `stream_queue` is a further condition before RabbitMQ 4.0.
    public var deadLettering: DeadLettering {
        let hasExchange = arguments.text("x-dead-letter-exchange") != nil
        guard arguments.text("x-dead-letter-strategy") == "at-least-once" else {
            return hasExchange ? .atMostOnce : .none
        }
        guard hasExchange else { return .fallsBack(reason: "there is no dead-letter exchange: messages are dropped") }
        guard arguments.text("x-queue-type") == "quorum" else {
            return .fallsBack(reason: "only quorum queues dead-letter at least once")
        }
        guard arguments.text("x-overflow") == "reject-publish" else {
            return .fallsBack(
                reason: "at-least-once dead-lettering needs the overflow reject-publish, and this queue has "
                    + (arguments.text("x-overflow") ?? "drop-head (the default)")
            )
        }
        return .atLeastOnce
    }
}
