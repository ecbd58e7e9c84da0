public import AMQP

/// Why the broker could not be reached, or did not do what was asked.
public enum BrokerFailure: Error, Hashable, Sendable {
    /// No connection to that address, or no AMQP over it.
    case unreachable(host: String, port: Int, reason: String)
    /// The address answers, but not with a TLS connection that can be trusted, or our own files for it are wrong.
    case untrusted(host: String, port: Int, TLSProblem)
    /// The broker refused the user or the virtual host.
    case loginRefused(host: String, port: Int, user: String, virtualHost: String, reason: String)
    /// The broker closed the channel: something was missing, different or forbidden.
    case refused(code: UInt16, text: String)
    /// The broker closed the connection.
    case closedByBroker(code: UInt16, text: String)
    /// The broker cancelled a consumer: its queue was deleted or lost its leader.
    case consumerCancelled(QueueName)
    /// No answer within the deadline.
    case timedOut(String)
    /// The connection broke, or the broker's frames made no sense.
    case lost(String)
    /// Exchanges or queues exist with other arguments, are missing, or may not be declared.
    case topology([TopologyDifference])
    /// What was to be sent does not fit into AMQP.
    case invalid(String)
}

extension BrokerFailure: CustomStringConvertible {
    /// What is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .unreachable(let host, let port, let reason):
            "RabbitMQ at \(host):\(port) can't be reached (\(reason)). "
                + "Check that it runs and listens there, or set AMQP_URL to where it does."
        case .untrusted(let host, let port, let problem):
            "No trusted TLS connection to RabbitMQ at \(host):\(port): \(problem)."
        case .loginRefused(let host, let port, let user, let virtualHost, let reason):
            "RabbitMQ at \(host):\(port) refused user '\(user)' on virtual host '\(virtualHost)' (\(reason)). "
                + "Check user, password and virtual host in AMQP_URL, and the user's permissions there."
        case .refused(let code, let text): "RabbitMQ closed the channel: \(code) \(text)"
        case .closedByBroker(let code, let text): "RabbitMQ closed the connection: \(code) \(text)"
        case .consumerCancelled(let queue):
            "RabbitMQ cancelled the consumer of '\(queue)': the queue was deleted or lost its leader"
        case .timedOut(let what): "RabbitMQ did not answer in time: \(what)"
        case .lost(let reason): "The connection to RabbitMQ broke: \(reason)"
        case .topology(let differences):
            "RabbitMQ's topology differs from what is required: "
                + differences.map(\.description).joined(separator: "; ")
        case .invalid(let reason): "This can't be sent over AMQP: \(reason)"
        }
    }
}
