import Logging
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import SentinelEMS

/// Only previews ask for contacts: no rule looks at them.
@Suite("Whether a contact is there", .serialized)
struct ContactTests {
    private static let refusal = #"{"match":{"method":"GET","path":"/contacts"},"status":403,"count":10}"#

    private static var creation: ChangeCommand {
        let lines = [("1", "GC3040"), ("2", "GC3041")].map { id, product in
            NewLineItem(lineID: GatewaySamples.line(id), product: .externalID(product), quantity: 10)
        }
        let create = CreateSubscription(
            details: NewSubscription(customer: GatewaySamples.customer),
            start: GatewaySamples.day("2026-03-01"),
            length: .months(12),
            lineItems: lines
        )
        return ChangeCommand(subscriptionID: GatewaySamples.id("SUB-1"), action: .create(create))
    }

    private static func verdict(on snapshot: Snapshot) -> Verdict {
        Lifecycle().decide(creation, on: snapshot, today: GatewaySamples.day("2026-03-01"), patience: .exhausted)
    }

    private static func create(_ gateway: any EntitlementGateway) async throws {
        let snapshot = try await gateway.snapshot(for: creation, known: nil, attributeNames: .init())
        guard case .change(let decision) = verdict(on: snapshot) else { throw PublishedExample.Surprise() }
        _ = try await gateway.apply(decision, in: GatewaySamples.context, intents: InMemoryIntentLog())
    }

    @Test("is not asked by the line before it creates one")
    func line() async throws {
        try await SandboxWorld.run { world in
            try await Self.create(world.gateway)
            // A contact is looked for once, by whoever is about to create it.
            let expected = [
                "GET /entitlements/{key}": 2, "GET /products/{key}": 2, "GET /customers/{key}": 2, "POST /customers": 1,
                "GET /contacts/{key}": 1, "POST /contacts": 1, "POST /entitlements": 1,
            ]
            #expect(try await world.calls().filter { $0.value > 0 } == expected)
        }
    }

    @Test("can't be told: an order that the rules refuse is refused by them, and a preview shows its verdict")
    func refused() async throws {
        try await SandboxWorld.run { world in
            try await Self.create(world.gateway)
            try await world.fault(Self.refusal)
            // Another process has seen neither customer nor contact.
            try await other(world) { gateway in
                let snapshot = try await gateway.snapshot(for: Self.creation, known: nil, attributeNames: .init())
                let seen = try await gateway.previewSnapshot(for: Self.creation, known: nil, attributeNames: .init())
                for verdict in [snapshot, seen].map(Self.verdict) {
                    guard case .rejected(let rejection) = verdict else { throw PublishedExample.Surprise() }
                    #expect(rejection.code == .subscriptionExists)
                }
                #expect(seen.findings.contact == nil && seen.findings.customer == .found)
            }
        }
    }

    @Test("is asked once by a preview, whether contacts may be created or not", arguments: [true, false])
    func once(_ createsContacts: Bool) async throws {
        try await SandboxWorld.run {
            $0.createsContacts = createsContacts
        } _: { world in
            let seen = try await world.gateway.previewSnapshot(
                for: Self.creation,
                known: nil,
                attributeNames: .init()
            )
            #expect(try await world.calls()["GET /contacts/{key}"] == 1)
            #expect(seen.findings.contact == (createsContacts ? .willBeCreated : nil))
        }
    }

    private func other(
        _ world: SandboxWorld,
        _ body: (SentinelEntitlementGateway) async throws -> Void
    ) async throws {
        let gateway = SentinelEntitlementGateway(
            configuration: try configuration(world.sandbox.baseURL),
            logger: .init(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
        // Its connections must be closed whatever becomes of the test.
        let result: Result<Void, any Error>
        do { result = .success(try await body(gateway)) } catch { result = .failure(error) }
        await gateway.shutdown()
        try result.get()
    }
}
