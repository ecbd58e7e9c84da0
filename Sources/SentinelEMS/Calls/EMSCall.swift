import OrderMessages

/// One call of the API, before it has an address, an identity and a deadline.
struct EMSCall: Sendable {
    /// The HTTP method.
    var method: String
    /// The path without keys, for metrics and messages: `/entitlements/{key}`.
    var route: String
    /// The path below the API's root, percent-encoded, without a query.
    var path: String
    /// Names and values, not encoded yet.
    var query: [(name: String, value: String)] = []
    /// `nil` without one.
    var body: JSON?

    /// Path and query, percent-encoded.
    var target: String {
        guard !query.isEmpty else { return path }
        return path + "?" + query.map { "\($0.name.percentEncoded)=\($0.value.percentEncoded)" }.joined(separator: "&")
    }

    /// For messages to people: `GET /entitlements/{key}`.
    var title: String { "\(method) \(route)" }

    /// Reads one resource.
    static func get(_ collection: String, _ key: ResourceKey) -> EMSCall {
        EMSCall(method: "GET", route: "/\(collection)/{key}", path: "/\(collection)/\(key.segment)")
    }

    /// Searches a collection.
    static func search(_ collection: String, _ query: [(name: String, value: String)]) -> EMSCall {
        EMSCall(method: "GET", route: "/\(collection)", path: "/\(collection)", query: query)
    }

    /// Creates a resource and asks for it in the answer.
    static func post(_ collection: String, _ body: JSON) -> EMSCall {
        EMSCall(
            method: "POST",
            route: "/\(collection)",
            path: "/\(collection)",
            query: [(name: "returnResource", value: "true")],
            body: body
        )
    }

    /// Changes the given fields of an entitlement and asks for it in the answer.
    static func patch(_ key: ResourceKey, _ body: JSON) -> EMSCall {
        EMSCall(
            method: "PATCH",
            route: "/entitlements/{key}",
            path: "/entitlements/\(key.segment)",
            query: [(name: "returnResource", value: "true")],
            body: body
        )
    }

    /// Closes an entitlement, for ever.
    static func close(_ key: ResourceKey) -> EMSCall {
        EMSCall(method: "POST", route: "/entitlements/{key}/close", path: "/entitlements/\(key.segment)/close")
    }
}
