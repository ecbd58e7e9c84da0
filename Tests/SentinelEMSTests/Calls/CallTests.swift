import Foundation
import OrderFulfilment
import SubscriptionLifecycle
import TestKit
import Testing

@testable import SentinelEMS

@Suite("Calls and what their answers mean")
struct CallTests {
    private let id = GatewaySamples.id("SUB-1")

    @Test("every call names itself and what it takes")
    func headers() async throws {
        let transport = ScriptedTransport(ScriptedTransport.absent)
        #expect(try await gateway(transport).entitlement(of: id) == nil)
        let request = try #require(transport.requests.first)
        #expect(request.line == "GET /entitlements/externalId=SUB-1")
        let headers = Dictionary(uniqueKeysWithValues: request.headers.map { ($0.name, $0.value) })
        #expect(headers["Authorization"] == "Basic c2FuZGJveDpzYW5kYm94")
        #expect(headers["Accept"] == "application/json")
    }

    @Test("closing has a content type, a comment of at most 255 characters, and no body")
    func close() async throws {
        let transport = ScriptedTransport(
            ScriptedTransport.answer(200, Wire.entitlement(Wire.line("1"))),
            ScriptedTransport.answer(200, ""),
            ScriptedTransport.answer(200, Wire.entitlement(Wire.line("1"), state: "CLOSED"))
        )
        var context = GatewaySamples.context
        context.reason = String(repeating: "ü", count: 400)
        let held = try await gateway(transport).apply(
            GatewaySamples.closing(),
            in: context,
            intents: InMemoryIntentLog()
        )
        #expect(held.state == .closed)
        let request = try transport.request(1)
        #expect(request.line == "POST /entitlements/externalId=SUB-1/close" && request.body == nil)
        #expect(request.headers.contains { $0 == ("Content-Type", "application/json") })
        let comment = "cmd:/shop cmd-1 " + String(repeating: "ü", count: 239)
        #expect(request.url.contains("comments=\(comment.percentEncoded)&executedBy=clerk%40example.com"))
    }

    @Test(
        "statuses are transient or refused",
        arguments: [
            (429, true), (500, true), (503, true), (502, true), (504, true), (401, true), (403, true), (408, true),
            (302, true), (400, false), (405, false), (422, false),
        ]
    )
    func statuses(_ status: Int, _ isTransient: Bool) async throws {
        let body = #"{"errorResponse":{"errorCode":"152","description":"Invalid JSON string provided"}}"#
        let transport = ScriptedTransport(ScriptedTransport.answer(status, body, headers: ["retry-after": "60"]))
        let gateway = try gateway(transport)
        let failure = await gatewayFailure { () async throws(GatewayFailure) in try await gateway.entitlement(of: id) }
        switch failure {
        case .transient(let reason, let retryAfter):
            #expect(isTransient && reason.contains("\(status)"))
            #expect(retryAfter == 60 || status == 502 || status == 504)
        case .refused(let refusal):
            #expect(!isTransient)
            #expect(refusal == EMSRefusal(status: status, errorCode: 152, description: "Invalid JSON string provided"))
        case .busy: Issue.record("a read finds nothing busy")
        case nil: Issue.record("a failure was expected")
        }
    }

    @Test(
        "an answer that can't be understood is transient, and says where and why",
        arguments: [
            (#"{"entitlement":{"eId":"e-1","eId":"e-2"}}"#, "entitlement.eId, at byte 28: this name stands here twice"),
            (String(repeating: #"{"a":"#, count: 33), "nested deeper than 32 levels"),
            ("<html>nginx</html>", "at byte 0: no value begins with this byte"),
            (#"{"entitlement":{"state":"ENABLE"}}"#, "the entitlement has no eId"),
        ]
    )
    func unreadable(_ body: String, _ reason: String) async throws {
        let gateway = try gateway(ScriptedTransport(ScriptedTransport.answer(200, body)))
        let failure = await gatewayFailure { () async throws(GatewayFailure) in try await gateway.entitlement(of: id) }
        guard case .transient(let text, nil) = failure else { return #expect(Bool(false), "\(failure as Any)") }
        #expect(text.hasPrefix("GET /entitlements/{key}: ") && text.contains(reason), "\(text)")
    }

    @Test(
        "a 404 that is not EMS's own, or can't be read, doesn't pass for absence",
        arguments: ["<html>nginx</html>", #"{"errorResponse":{},"errorResponse":{}}"#]
    )
    func foreign404(_ body: String) async throws {
        let gateway = try gateway(ScriptedTransport(ScriptedTransport.answer(404, body)))
        let failure = await gatewayFailure { () async throws(GatewayFailure) in try await gateway.entitlement(of: id) }
        guard case .transient(let reason, _) = failure else { return #expect(Bool(false), "\(failure as Any)") }
        #expect(reason.contains("EMS_URL"))
    }

    @Test("an answer about another entitlement is none")
    func otherCase() async throws {
        let gateway = try gateway(ScriptedTransport(ScriptedTransport.answer(200, Wire.entitlement())))
        #expect(try await gateway.entitlement(of: GatewaySamples.id("sub-1")) == nil)
    }

    @Test("Retry-After is seconds or a date, at most an hour")
    func retryAfter() {
        let now = Date(timeIntervalSince1970: 784_111_777)
        #expect(RetryAfter.seconds("60", now: now) == 60)
        #expect(RetryAfter.seconds("Sun, 06 Nov 1994 08:50:37 GMT", now: now) == 60)
        #expect(RetryAfter.seconds("Sun, 06 Nov 1994 08:00:00 GMT", now: now) == 0)
        #expect(RetryAfter.seconds("999999", now: now) == 3600)
        #expect(RetryAfter.seconds("soon", now: now) == nil && RetryAfter.seconds("nan", now: now) == nil)
    }

    @Test(
        "an address that can't be right is refused with a reason",
        arguments: [
            ("", "http://"), ("ftp://h/ems", "http://"), ("http://", "no host"), ("https://h", "context"),
            ("https://h/", "context"), ("https://h/ems/api/v5", "without /api/v5"), ("https://u:p@h/ems", "user"),
            ("https://h/ems?x=1", "query"),
        ]
    )
    func addresses(_ url: String, _ hint: String) {
        let problem = #expect(throws: EMSConfigurationProblem.self) { try configuration(url) }
        #expect(problem?.description.contains(hint) == true, "\(problem?.description ?? "")")
    }

    @Test("an address may end with slashes")
    func slashes() throws {
        #expect(try configuration("https://h:8443/ems//").apiURL == "https://h:8443/ems/api/v5")
    }

    @Test("secrets don't show")
    func secrets() throws {
        for credentials in [
            EMSCredentials.basic(username: "u", password: "s3cret"),
            .clientCredentials(tokenURL: "https://sso/t", clientID: "u", clientSecret: "s3cret"),
        ] {
            let configuration = try EMSConfiguration(baseURL: "https://h/ems", credentials: credentials)
            var dumped = ""
            dump(configuration, to: &dumped)
            #expect(!"\(configuration) \(String(reflecting: configuration)) \(dumped)".contains("s3cret"))
        }
    }
}
