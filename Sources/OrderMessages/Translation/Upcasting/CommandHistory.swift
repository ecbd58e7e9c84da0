/// The versions of one operation's command that are published, and the way from each to a typed command.
public struct CommandHistory: Sendable {
    /// Makes a typed command of the newest version's `data`.
    public typealias Decoding = @Sendable (JSON.Object) throws(SchemaViolation) -> Command

    /// Oldest first.
    public let versions: [CommandVersion]
    let decoding: Decoding

    /// Versions, oldest first, all but the last with an upcast.
    public init(versions: [CommandVersion], decoding: @escaping Decoding) {
        self.versions = versions
        self.decoding = decoding
    }

    /// The version whose digits a type carries.
    func version(_ digits: Substring) -> CommandVersion? { versions.first { String($0.number) == digits } }

    /// For a person: `v1 or v2`.
    var supported: String { versions.map { "v\($0.number)" }.joined(separator: " or ") }

    /// The typed command that `data` of that version says; it fits that version's schema.
    func command(_ data: JSON, version: CommandVersion) throws(SchemaViolation) -> Command {
        guard case .object(let object) = try newest(data, version) else {
            throw SchemaViolation("must be an object").inside(.member("data"))
        }
        return try decoding(object)
    }

    /// Step by step to the newest version.
    private func newest(_ data: JSON, _ version: CommandVersion) throws(SchemaViolation) -> JSON {
        var (data, version) = (data, version)
        for next in versions.drop(while: { $0.number <= version.number }) {
            guard let upcast = version.upcast else { break }
            data = upcast(data)
            // A step that goes wrong must not become another command than the publisher meant.
            if var violation = next.data.violation(in: data) {
                violation.message += "; this worker's step from v\(version.number) to v\(next.number) is wrong"
                throw violation.inside(.member("data"))
            }
            version = next
        }
        return data
    }
}
