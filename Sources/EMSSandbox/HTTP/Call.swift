/// A request to the API that has been authenticated, decoded and matched to its endpoint.
struct Call: Sendable {
    var key: ResourceKey?
    var query: Query
    var body: JSON?
    /// The login; EMS records it in lower case, whatever the body says.
    var user: String
    var now: AuditStamp

    /// The members of the request's wrapper, such as `entitlement`.
    func fields(_ wrapper: String) throws(EMSError) -> Fields {
        guard let body else { throw .invalidJSON("the body is missing") }
        guard case .object(let object) = body, let wrapped = object[wrapper] else {
            throw .invalidJSON("the body must be an object with the member '\(wrapper)'")
        }
        return try Fields(wrapped, path: wrapper)
    }

    /// Whether the resource is answered; `returnResource=false` asks for 204.
    func returnsResource() throws(EMSError) -> Bool { try query.bool("returnResource") ?? true }
}
