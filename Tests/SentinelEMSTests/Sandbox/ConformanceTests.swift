import OrderFulfilment
import SubscriptionLifecycle
import TestKit
import Testing

@Suite("What every gateway must do", .serialized)
struct ConformanceTests {
    @Test("the fake one does", arguments: GatewayConformance.checks)
    func fake(_ check: GatewayConformance.Check) async throws {
        try await check.run(in: FakeWorld())
    }

    @Test("the one for Sentinel does, over the sandbox", arguments: GatewayConformance.checks)
    func sentinel(_ check: GatewayConformance.Check) async throws {
        try await SandboxWorld.run { try await check.run(in: $0) }
    }
}

private struct FakeWorld: GatewayWorld {
    let fake = FakeEntitlementGateway()
    var gateway: any EntitlementGateway { fake }

    func loseAnswerOfNextWrite() async throws { await fake.trouble(.apply, with: .lostAnswer) }

    func failNextWrite() async throws { await fake.trouble(.apply, with: .transient("503", retryAfter: nil)) }

    func setEnd(_ end: LocalDate, of subscription: SubscriptionID) async throws {
        guard var held = await fake.held(subscription) else { return }
        held.term.end = end
        await fake.put(held)
    }

    func activate(_ quantity: Int, ofProductKey id: String, on subscription: SubscriptionID) async throws {
        let activation = Activation(
            activationID: "a-1",
            productKeyID: id,
            quantity: quantity,
            activatedAt: nil,
            state: nil
        )
        await fake.put(activation, on: subscription)
    }
}
