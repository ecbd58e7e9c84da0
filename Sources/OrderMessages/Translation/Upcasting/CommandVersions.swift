public import SubscriptionLifecycle

/// Which versions of which commands the worker understands: the one place where a new version is added.
///
/// The translator reads by it, and the contracts are written by it.
public struct CommandVersions: Sendable {
    private let histories: [OrderOperation: CommandHistory]

    /// The published versions, with some histories in place of their own.
    public init(replacing others: [OrderOperation: CommandHistory] = [:]) {
        let published = OrderOperation.allCases.map { ($0, Self.first($0)) }
        histories = Dictionary(uniqueKeysWithValues: published).merging(others) { $1 }
    }

    /// What `Contracts/` publishes.
    public static let published = CommandVersions()

    /// The versions of an operation's command.
    public func history(of operation: OrderOperation) -> CommandHistory {
        histories[operation] ?? Self.first(operation)
    }

    /// There is only v1 yet.
    private static func first(_ operation: OrderOperation) -> CommandHistory {
        CommandHistory(versions: [CommandVersion(1, of: operation, data: CommandSchema.data(operation))]) {
            data throws(SchemaViolation) in
            try Payload(object: data, path: JSONPath([.member("data")])).command(operation)
        }
    }
}
