import HTTPTypes

/// What is answered to a call.
struct Reply: Equatable {
    var status: HTTPResponse.Status
    var body: JSON?
    var headers: HTTPFields = [:]

    static let noContent = Reply(status: .noContent)

    static func ok(_ body: JSON) -> Reply { Reply(status: .ok, body: body) }

    static func created(_ body: JSON) -> Reply { Reply(status: .created, body: body) }

    /// 201 with the address and the body, or 204 with the address alone when the call asks for no resource.
    static func created(_ path: String, _ id: String, _ call: Call, _ body: JSON) throws(EMSError) -> Reply {
        var reply = try call.returnsResource() ? .created(body) : noContent
        reply.headers[.location] = "\(SandboxResponder.apiRoot)/\(path)/\(id)"
        return reply
    }
}
