/// Why bytes are no JSON value that this project accepts.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public var message: String
    /// Where, counted in bytes from 0.
    public var offset: Int
    /// Where, in the value.
    public var path: JSONPath

    /// For a person: where and what.
    public var description: String {
        path.steps.isEmpty ? "at byte \(offset): \(message)" : "\(path), at byte \(offset): \(message)"
    }

    /// The same, seen from one step further out.
    func inside(_ step: JSONPath.Step) -> JSONError {
        JSONError(message: message, offset: offset, path: JSONPath([step] + path.steps))
    }
}
