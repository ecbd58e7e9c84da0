/// Why the management API did not tell.
public enum ManagementFailure: Error, Hashable, Sendable {
    /// No connection, or no answer in time.
    case unreachable(ManagementAddress, reason: String)
    /// Wrong user or password, or a user without the tag `management`.
    case loginRefused(ManagementAddress)
    /// Another status than 200.
    case refused(ManagementAddress, path: String, status: Int)
    /// The answer is not what RabbitMQ's management API answers.
    case unreadable(ManagementAddress, path: String, reason: String)
}

extension ManagementFailure: CustomStringConvertible {
    /// What is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .unreachable(let address, let reason):
            "RabbitMQ's management API at \(address) can't be reached (\(reason)). "
                + "Enable it with: rabbitmq-plugins enable rabbitmq_management, or set RABBITMQ_MANAGEMENT_URL to where it is."
        case .loginRefused(let address):
            "RabbitMQ's management API at \(address) refused the login. "
                + "Check user and password; the user needs the tag monitoring: rabbitmqctl set_user_tags \(address.user) monitoring"
        case .refused(let address, let path, let status):
            "RabbitMQ's management API at \(address) answered \(status) to \(path). "
                + "Check the virtual host and the user's permissions there."
        case .unreadable(let address, let path, let reason):
            "RabbitMQ's management API at \(address) answered \(path) with something else than expected: \(reason). "
                + "Is RABBITMQ_MANAGEMENT_URL the address of RabbitMQ?"
        }
    }
}
