/// A call that would be made, as a preview shows it.
public struct PlannedCall: Hashable, Sendable {
    /// The HTTP method.
    public var method: String
    /// The path below the API's root, query included.
    public var path: String
    /// The JSON body; `nil` without one.
    public var body: String?

    /// A call.
    public init(method: String, path: String, body: String? = nil) {
        self.method = method
        self.path = path
        self.body = body
    }
}
