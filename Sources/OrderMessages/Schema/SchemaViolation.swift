/// The first thing in a value that its schema doesn't allow.
public struct SchemaViolation: Error, Hashable, Sendable {
    /// Where.
    public var path: JSONPath
    /// What is wrong there; follows the path and a colon.
    public var message: String

    init(_ message: String, at path: JSONPath = JSONPath()) {
        self.message = message
        self.path = path
    }

    /// The same, seen from one step further out.
    func inside(_ step: JSONPath.Step) -> SchemaViolation {
        SchemaViolation(message, at: JSONPath([step] + path.steps))
    }
}
