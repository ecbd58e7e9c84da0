import Foundation
import HTTPTypes
import SentinelEMS

@testable import EMSSandbox

/// One EMS tenant as a value: what the sandbox's endpoints do, without a server.
struct AbstractEMS: Sendable {
    private var tenant: Tenant
    /// What the tenant holds of the one subscription, as EMS tells it.
    private(set) var look = EMSAnswer(status: 404)
    private static let stamp = AuditStamp(rawValue: 29_000_000)

    /// The sandbox's products, and a customer.
    init() {
        tenant = Seeds.tenant(at: Self.stamp)
        _ = answer("POST", "/customers", #"{"customer":{"name":"Acme","state":"ENABLE","externalId":"CUST-1"}}"#)
    }

    /// Does what a request asks for.
    mutating func answer(_ request: EMSRequest) -> EMSAnswer {
        let target = request.url.components(separatedBy: "/api/v5").last ?? ""
        if request.method == "GET", target == Self.address { return look }
        return answer(request.method, target, request.body.map { String(decoding: $0, as: UTF8.self) })
    }

    /// Does what somebody asks for by hand.
    @discardableResult
    mutating func answer(_ method: String, _ target: String, _ body: String? = nil) -> EMSAnswer {
        let answer = attempt(method, target, body)
        if method != "GET" { look = attempt("GET", Self.address, nil) }
        return answer
    }

    private mutating func attempt(_ method: String, _ target: String, _ body: String?) -> EMSAnswer {
        let path = target.prefix { $0 != "?" }
        let reply: Reply
        do throws(EMSError) {
            reply = try perform(method, path, target.dropFirst(path.count + 1), body)
        } catch {
            reply = error.reply
        }
        return EMSAnswer(status: reply.status.code, body: reply.body?.bytes ?? [])
    }

    private mutating func perform(
        _ method: String,
        _ path: Substring,
        _ query: Substring,
        _ body: String?
    ) throws(EMSError) -> Reply {
        guard let method = HTTPRequest.Method(method), case .found(let endpoint, let key) = Endpoint.match(method, path)
        else { throw EMSError.notFound }
        var call = Call(
            key: try key.map { segment throws(EMSError) in try ResourceKey(segment) },
            query: try Query(query),
            user: "sandbox",
            now: Self.stamp
        )
        call.body = body.flatMap { try? JSONParser.parse(Array($0.utf8)) }
        return try endpoint.action(&tenant, call)
    }
}
