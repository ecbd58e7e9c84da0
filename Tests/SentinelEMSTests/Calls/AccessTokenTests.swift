import Logging
import OrderFulfilment
import SubscriptionLifecycle
import TestKit
import Testing

@testable import SentinelEMS

@Suite("OAuth 2.0 client credentials")
struct AccessTokenTests {
    private static func token(_ value: String, _ seconds: Int = 300) -> ScriptedTransport.Step {
        ScriptedTransport.answer(200, #"{"access_token":"\#(value)","expires_in":\#(seconds)}"#)
    }

    private func gateway(_ transport: ScriptedTransport) throws -> SentinelEntitlementGateway {
        let configuration = try EMSConfiguration(
            baseURL: "http://127.0.0.1:1/ems",
            credentials: .clientCredentials(tokenURL: "http://127.0.0.1:1/token", clientID: "w", clientSecret: "a&b")
        )
        return SentinelEntitlementGateway(
            configuration: configuration,
            transport: transport,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    private func authorizations(_ transport: ScriptedTransport) -> [String?] {
        transport.requests.map { request in request.headers.first { $0.name == "Authorization" }?.value }
    }

    @Test("one token serves many calls, also at the same time")
    func shared() async throws {
        let transport = ScriptedTransport(Self.token("t1"))
        for _ in 0..<20 { transport.append(ScriptedTransport.absent) }
        let gateway = try gateway(transport)
        try await withThrowingTaskGroup { group in
            for number in 0..<20 {
                group.addTask { _ = try await gateway.entitlement(of: GatewaySamples.id("SUB-\(number)")) }
            }
            try await group.waitForAll()
        }
        #expect(transport.requests.filter { $0.url.hasSuffix("/token") }.count == 1)
        #expect(
            try transport.request(0).text == "grant_type=client_credentials&client_id=w&client_secret=a%26b"
        )
        #expect(Set(authorizations(transport).dropFirst()) == ["Bearer t1"])
    }

    @Test("a refused token is fetched anew, once")
    func refetched() async throws {
        let transport = ScriptedTransport(
            Self.token("t1"),
            ScriptedTransport.answer(401),
            Self.token("t2"),
            ScriptedTransport.absent
        )
        #expect(try await gateway(transport).entitlement(of: GatewaySamples.id("SUB-1")) == nil)
        #expect(authorizations(transport) == [nil, "Bearer t1", nil, "Bearer t2"])
    }

    @Test("refused twice is transient")
    func refusedTwice() async throws {
        let transport = ScriptedTransport(
            Self.token("t1"),
            ScriptedTransport.answer(401),
            Self.token("t2"),
            ScriptedTransport.answer(401)
        )
        let gateway = try gateway(transport)
        let failure = await gatewayFailure { () async throws(GatewayFailure) in
            try await gateway.entitlement(of: GatewaySamples.id("SUB-1"))
        }
        guard case .transient(let reason, _) = failure else { return #expect(Bool(false), "\(failure as Any)") }
        #expect(reason.contains("401") && transport.isDone)
    }

    @Test("no token is transient, and tells no secret")
    func noToken() async throws {
        let transport = ScriptedTransport(ScriptedTransport.answer(400, "client_secret a&b is wrong"))
        let gateway = try gateway(transport)
        let failure = await gatewayFailure { () async throws(GatewayFailure) in
            try await gateway.entitlement(of: GatewaySamples.id("SUB-1"))
        }
        guard case .transient(let reason, _) = failure else { return #expect(Bool(false), "\(failure as Any)") }
        #expect(reason.contains("EMS_TOKEN_URL") && !reason.contains("a&b"))
    }
}
