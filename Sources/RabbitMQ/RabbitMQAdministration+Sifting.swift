public import AMQP
import Dispatch
import Synchronization

extension RabbitMQAdministration {
    /// What becomes of a message that was looked at.
    public enum Sifting: Hashable, Sendable {
        /// It is acknowledged: gone for good.
        case take
        /// It stays in its queue.
        case leave
        /// It stays, and nothing more is looked at.
        case stop
    }

    /// Looks at up to `limit` messages from the head of a queue, one at a time, and takes away those that `judge` says.
    ///
    /// All that were looked at are held until the end, so that none comes twice. What isn't taken goes back to its place
    /// when the connection closes, and also when this process dies.
    public func sift(
        _ queue: QueueName,
        limit: Int,
        _ judge: @escaping @Sendable (Message) async -> Sifting
    ) async throws(BrokerFailure) {
        let configuration = configuration
        try await connected { connection throws(BrokerFailure) in
            walk: for _ in 0..<max(0, limit) {
                // The next answer shows that the broker has had our acknowledgement: AMQP confirms none.
                guard let (tag, message) = try connection.fetch(queue, configuration) else { return }
                switch Self.answer({ await judge(message) }) {
                case .take:
                    connection.acknowledge(tag, multiple: false)
                    try connection.flush(within: connection.rpcTimeout)
                case .leave: continue
                case .stop: break walk
                }
            }
            try connection.declare(Topology.Queue(queue, arguments: [:]), isPassive: true)
        }
    }

    /// Waits for an answer on the connection's own thread, which nobody else needs meanwhile.
    private static func answer(_ body: @escaping @Sendable () async -> Sifting) -> Sifting {
        let isThere = DispatchSemaphore(value: 0)
        let box = AnswerBox()
        Task {
            box.put(await body())
            isThere.signal()
        }
        isThere.wait()
        return box.value
    }
}

/// Where one thread leaves an answer for another.
private final class AnswerBox: Sendable {
    private let answer = Mutex(RabbitMQAdministration.Sifting.stop)

    var value: RabbitMQAdministration.Sifting { answer.withLock { $0 } }

    func put(_ value: RabbitMQAdministration.Sifting) { answer.withLock { $0 = value } }
}
