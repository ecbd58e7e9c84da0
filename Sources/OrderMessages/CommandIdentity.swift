/// What makes two deliveries the same command: the CloudEvents source and id together.
public struct CommandIdentity: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The longest source or id, in bytes of UTF-8.
    public static let maximumLength = 255

    /// Who published it.
    public var source: String
    /// The publisher's number of it.
    public var id: String

    /// Names a command.
    public init(source: String, id: String) {
        self.source = source
        self.id = id
    }

    /// For logs: the source, then the id.
    public var description: String { "\(source) \(id)" }
}
