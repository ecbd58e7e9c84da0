import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import SentinelEMS

@Suite("Products, customers, contacts and partners")
struct RegistryTests {
    private typealias Script = ScriptedTransport

    @Test("an enabled product is remembered for a while, another is looked up again")
    func products() async throws {
        let draft = Script.answer(200, #"{"product":{"state":"DRAFT"}}"#)
        let transport = Script(Script.answer(200, #"{"product":{"state":"ENABLE"}}"#), draft, draft, Script.absent)
        let registry = try gateway(transport).registry
        for _ in 0..<2 { #expect(try await registry.finding(of: .externalID("A")) == .enabled) }
        for _ in 0..<2 { #expect(try await registry.finding(of: .externalID("B")) == .notEnabled(state: "DRAFT")) }
        #expect(try await registry.finding(of: .nameVersion(name: "A B", version: "1")) == .missing)
        #expect(
            transport.requests.map(\.line) == [
                "GET /products/externalId=A", "GET /products/externalId=B", "GET /products/externalId=B",
                "GET /products/nameVersion=A%20B:1",
            ]
        )
    }

    @Test("a customer that somebody else created meanwhile is as good", arguments: [400, 500, 504])
    func race(_ status: Int) async throws {
        let transport = Script(Script.absent, Script.answer(status, "no"), Script.answer(200, "{}"))
        let customer = CustomerReference(key: .identifier("I-1"), name: "Acme")
        try await gateway(transport).registry.ensure(customer, InMemoryIntentLog())
        #expect(try transport.request(1).text == #"{"customer":{"name":"Acme","state":"ENABLE","identifier":"I-1"}}"#)
        #expect(transport.isDone)
    }

    @Test("a customer that can't be created is refused")
    func refused() async throws {
        let transport = Script(Script.absent, Script.answer(400, "no"), Script.absent)
        let gateway = try gateway(transport)
        let failure = await gatewayFailure { () async throws(GatewayFailure) in
            try await gateway.registry.ensure(
                CustomerReference(key: .identifier("I-1"), name: "Acme"),
                InMemoryIntentLog()
            )
        }
        #expect(failure == .refused(EMSRefusal(status: 400, errorCode: nil, description: "no")))
    }

    @Test("a contact is created with a password of its own, which no two share")
    func contact() async throws {
        var passwords = Set<String>()
        for _ in 0..<2 {
            let known = Script.answer(200, "{}")
            let transport = Script(known, Script.absent, Script.answer(201, "{}"))
            try await gateway(transport).registry.ensure(GatewaySamples.customer, InMemoryIntentLog())
            let body = try TolerantJSON.read(transport.request(2).body ?? [])["contact"]
            #expect(body?["emailId"]?.text == "ann+lab@example.com" && body?["name"]?.text == "Ann")
            passwords.insert(try #require(body?["password"]?.text))
        }
        #expect(passwords.count == 2 && passwords.allSatisfy { $0.count >= 24 })
    }

    @Test("a partner that only begins alike is not found")
    func partner() async throws {
        let answer = Script.answer(200, #"{"partners":{"count":1,"partner":[{"id":"1","identifier":"P-10"}]}}"#)
        let transport = Script(answer, Script.answer(200, #"{"partners":{"count":0}}"#))
        let registry = try gateway(transport).registry
        for _ in 0..<2 {
            guard case .missing = try await registry.finding(of: ChannelPartnerReference.identifier("P-1")) else {
                return #expect(Bool(false), "missing was expected")
            }
        }
    }

    @Test("a search goes on though a page is shorter than asked for")
    func shortPages() async throws {
        func page(_ id: String) -> Script.Step {
            Script.answer(
                200,
                #"{"entitlements":{"count":1,"entitlement":[{"eId":"\#(id)","externalId":"S","state":"ENABLE"}]}}"#
            )
        }
        let transport = Script(page("a"), page("b"), Script.answer(200, #"{"entitlements":{"count":0}}"#))
        let seen = Seen()
        try await gateway(transport).search(EntitlementFilter()) { await seen.add($0) }
        #expect(await seen.ids == ["a", "b"])
        #expect(try transport.request(2).url.contains("searchPattern=Exact"))
        #expect(try transport.request(2).url.contains("pageStartIndex=2&pageSize=200"))
    }

    @Test(
        "an unanswered creation keeps its key, an answered one gives it back",
        arguments: [(504, true), (400, false)]
    )
    func keys(_ status: Int, _ isKept: Bool) async throws {
        let log = InMemoryIntentLog()
        let transport = Script(Script.absent, Script.answer(status, "no"), Script.absent)
        let gateway = try gateway(transport)
        let customer = CustomerReference(key: .identifier("I-1"), name: "Acme")
        _ = await gatewayFailure { () async throws(GatewayFailure) in
            try await gateway.registry.ensure(customer, log)
        }
        #expect(await log.heldKeys == (isKept ? ["/customers/identifier=I-1"] : []))
    }

    @Test("who finds the key taken creates nothing, and goes on when it is there")
    func busy() async throws {
        let log = InMemoryIntentLog()
        _ = try await log.hold("/customers/identifier=I-1", for: 1)
        let transport = Script(Script.absent, Script.answer(200, "{}"))
        let customer = CustomerReference(key: .identifier("I-1"), name: "Acme")
        try await gateway(transport).registry.ensure(customer, log)
        #expect(transport.requests.allSatisfy { $0.line.hasPrefix("GET ") } && transport.isDone)
    }

    @Test("who finds the key taken for long says for how long, and that nothing failed")
    func busyForLong() async throws {
        let log = InMemoryIntentLog()
        _ = try await log.hold("/customers/identifier=I-1", for: 60)
        let registry = try gateway(Script(Script.absent, Script.absent, Script.absent, Script.absent)).registry
        let creation = Creation(
            registry: registry,
            look: .get("customers", .identifier("I-1")),
            call: .post("customers", [:]),
            keys: log,
            longestWait: 0.5
        )
        let failure = await gatewayFailure { () async throws(GatewayFailure) in try await creation.run() }
        guard case .busy(let reason, let seconds) = failure else {
            return #expect(Bool(false), "busy was expected, not \(failure as Any)")
        }
        #expect(reason.contains("POST /customers") && seconds == 5)
    }

    @Test("whose claim is void creates nothing")
    func stale() async throws {
        let log = InMemoryIntentLog()
        await log.fail(with: .staleClaim)
        let transport = Script()
        let gateway = try gateway(transport)
        let customer = CustomerReference(key: .identifier("I-1"), name: "Acme")
        let failure = await gatewayFailure { () async throws(GatewayFailure) in
            try await gateway.registry.ensure(customer, log)
        }
        #expect(failure != nil && transport.requests.isEmpty)
    }
}

private actor Seen {
    var ids: [String] = []
    func add(_ page: [Entitlement]) { ids += page.map(\.entitlementID) }
}
