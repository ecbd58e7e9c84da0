import HTTPTypes

/// One method and path of the API, and what it does.
struct Endpoint: Sendable {
    typealias Action = @Sendable (inout Tenant, Call) throws(EMSError) -> Reply

    let method: HTTPRequest.Method
    /// Below `/ems/api/v5`; `{key}` stands for one segment.
    let path: String
    let takesBody: Bool
    let action: Action
    private let segments: [Substring]

    init(_ method: HTTPRequest.Method, _ path: String, body: Bool = false, _ action: @escaping Action) {
        self.method = method
        self.path = path
        takesBody = body
        self.action = action
        segments = path.split(separator: "/")
    }

    /// How the endpoint is called in call counts and fault routes.
    var name: String { "\(method.rawValue) \(path)" }

    /// Whether EMS wants `Content-Type: application/json`, which it does even where there is no body.
    var needsContentType: Bool { method == .post || method == .put || method == .patch }

    /// What a request's method and path lead to.
    enum Match: Sendable {
        case found(Endpoint, key: Substring?)
        case otherMethod
        case nothing
    }

    static func match(_ method: HTTPRequest.Method, _ path: Substring) -> Match {
        let parts = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        var isKnownPath = false
        for endpoint in all where endpoint.segments.count == parts.count {
            var key: Substring?
            let matches = zip(endpoint.segments, parts).allSatisfy { segment, part in
                guard segment == "{key}" else { return segment == part }
                key = part
                return !part.isEmpty
            }
            guard matches else { continue }
            if endpoint.method == method { return .found(endpoint, key: key) }
            isKnownPath = true
        }
        return isKnownPath ? .otherMethod : .nothing
    }
}
