import Foundation
import Logging
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Synchronization
import TestKit
import Testing

@testable import SentinelEMS

@Suite("Against a sandbox that misbehaves", .serialized)
struct SandboxTests {
    private static let line1 = GatewaySamples.line("1")
    private static let more = Change(.lineQuantity(line1), from: .count(10), to: .count(14))

    @Test("a delta that lands late is waited for and counted once")
    func late() async throws {
        // Everything but the lost answer comes in time, on a busy machine too.
        try await SandboxWorld.run { configuration in
            configuration.timeout = .seconds(4)
            configuration.settle = .seconds(20)
        } _: { world in
            try await GatewayConformance.create(in: world)
            try await world.fault(
                #"{"match":{"method":"PATCH","path":"/entitlements"},"drop":"late","delayMs":8000,"count":1}"#
            )
            let log = InMemoryIntentLog()
            let decision = GatewaySamples.update([Self.more])
            let failure = await applyFailure(world.sentinel, decision, log)
            guard case .unsettled = failure else { return #expect(Bool(false), "\(failure as Any)") }
            let deadline = ContinuousClock.now + .seconds(60)
            var quantity: Int?
            repeat {
                let held = try? await world.gateway.entitlement(of: decision.subscriptionID)
                quantity = held?.line(Self.line1)?.quantity
            } while quantity != 14 && ContinuousClock.now < deadline
            #expect(quantity == 14)
            let held = try await world.gateway.apply(decision, in: GatewaySamples.context, intents: log)
            #expect(held.line(Self.line1)?.quantity == 14)
            #expect(await log.intents.count == 1)
        }
    }

    @Test("while EMS answers 429 there are fewer calls at once, and more again when it doesn't")
    func crowded() async throws {
        try await SandboxWorld.run { world in
            // By the machine's clock a busy machine would look like a slow EMS.
            let clock = CountingClock()
            let capacity = EMSCapacity(maximum: 32) { clock.next() }
            let gateway = SentinelEntitlementGateway(
                configuration: try configuration(world.sandbox.baseURL),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
                capacity: capacity
            )
            func ask(_ count: Int) async {
                await withDiscardingTaskGroup { group in
                    for _ in 0..<count {
                        group.addTask { _ = try? await gateway.entitlement(of: GatewaySamples.id("SUB-1")) }
                    }
                }
            }
            await ask(200)
            #expect(capacity.permitted == 32)
            try await world.fault(#"{"match":{"method":"GET","path":"/entitlements"},"status":429,"retryAfter":1}"#)
            await ask(300)
            #expect(capacity.permitted == 1)
            try await world.send("DELETE", world.sandbox.rootURL + "/sandbox/faults")
            await ask(2000)
            #expect(capacity.permitted > 16, "\(capacity.permitted)")
            #expect(capacity.underWay == 0)
            await gateway.shutdown()
        }
    }

    @Test("an answer that is too slow is none")
    func slow() async throws {
        try await SandboxWorld.run {
            $0.timeout = .milliseconds(300)
        } _: { world in
            try await world.fault(#"{"match":{"method":"GET","path":"/entitlements"},"delayMs":3000,"count":1}"#)
            let failure = await gatewayFailure { () async throws(GatewayFailure) in
                try await world.gateway.entitlement(of: GatewaySamples.id("SUB-1"))
            }
            guard case .transient = failure else { return #expect(Bool(false), "\(failure as Any)") }
        }
    }

    @Test("429 tells when to come again")
    func throttled() async throws {
        try await SandboxWorld.run { world in
            try await world.fault(#"{"match":{"path":"/entitlements"},"status":429,"retryAfter":60,"count":1}"#)
            let failure = await gatewayFailure { () async throws(GatewayFailure) in
                try await world.gateway.entitlement(of: GatewaySamples.id("SUB-1"))
            }
            guard case .transient(_, retryAfter: 60) = failure else { return #expect(Bool(false), "\(failure as Any)") }
        }
    }

    @Test("nobody there is told at once, as nothing sent")
    func gone() async throws {
        try await SandboxWorld.run { world in
            await world.sandbox.end()
            let log = InMemoryIntentLog()
            let begin = ContinuousClock.now
            let failure = await gatewayFailure { () async throws(GatewayFailure) in
                try await world.gateway.entitlement(of: GatewaySamples.id("SUB-1"))
            }
            guard case .transient(let reason, _) = failure else { return #expect(Bool(false), "\(failure as Any)") }
            #expect(reason.contains("not accepted") && begin.duration(to: .now) < .seconds(5))
            #expect(await log.intents.isEmpty)
        }
    }

    @Test("a wrong password is no verdict")
    func wrongPassword() async throws {
        try await SandboxWorld.run { world in
            let configuration = try EMSConfiguration(
                baseURL: world.sandbox.baseURL,
                credentials: .basic(username: "sandbox", password: "s3cret")
            )
            let other = SentinelEntitlementGateway(configuration: configuration, logger: Logger(label: "test"))
            let failure = await gatewayFailure { () async throws(GatewayFailure) in
                try await other.entitlement(of: GatewaySamples.id("SUB-1"))
            }
            await other.shutdown()
            guard case .transient(let reason, _) = failure else { return #expect(Bool(false), "\(failure as Any)") }
            #expect(reason.contains("401") && !reason.contains("s3cret"))
        }
    }

    @Test("a customer that is known costs no call, a change costs two")
    func cost() async throws {
        try await SandboxWorld.run { world in
            try await GatewayConformance.create(in: world, "SUB-1")
            let before = try await world.calls()
            try await GatewayConformance.create(in: world, "SUB-2")
            _ = try await world.gateway.apply(
                GatewaySamples.update(GatewaySamples.everything(), of: "SUB-2"),
                in: GatewaySamples.context,
                intents: InMemoryIntentLog()
            )
            let made = try await world.calls().merging(before) { $0 - $1 }.filter { $0.value > 0 }
            #expect(made == ["GET /entitlements/{key}": 2, "POST /entitlements": 1, "PATCH /entitlements/{key}": 1])
        }
    }

    @Test("a search goes on until a page is empty, and hands over each once")
    func pages() async throws {
        try await SandboxWorld.run {
            $0.pageSize = 2
        } _: { world in
            for number in 1...5 { try await GatewayConformance.create(in: world, "SUB-\(number)") }
            try await world.setEnd(GatewaySamples.day("2027-12-31"), of: GatewaySamples.id("SUB-3"))
            let pages = Pages()
            let filter = EntitlementFilter(
                customer: .externalID("CUST-1"),
                modifiedSince: GatewaySamples.day("2020-01-01")
            )
            try await world.gateway.search(filter) { await pages.add($0) }
            #expect(await pages.names.sorted() == ["SUB-1", "SUB-2", "SUB-3", "SUB-4", "SUB-5"])
            #expect(await pages.names.first == "SUB-3")
            #expect(await pages.largest <= 2)
        }
    }

    @Test("parties are not created where that is forbidden")
    func forbidden() async throws {
        try await SandboxWorld.run {
            $0.createsCustomers = false
        } _: { world in
            let finding = try await world.sentinel.registry.finding(
                of: CustomerReference(key: .externalID("X"), name: "X")
            )
            guard case .missing = finding else { return #expect(Bool(false), "\(finding)") }
            let failure = await applyFailure(world.sentinel, GatewaySamples.creation())
            guard case .refused(_, applied: [], missing: _) = failure else {
                return #expect(Bool(false), "\(failure as Any)")
            }
        }
        try await SandboxWorld.run {
            $0.createsContacts = false
        } _: { world in
            let finding = try await world.sentinel.registry.finding(of: GatewaySamples.customer)
            guard case .missing(let reason) = finding else { return #expect(Bool(false), "\(finding)") }
            #expect(reason.contains("ann+lab@example.com"))
        }
    }
}

private actor Pages {
    var names: [String] = []
    var largest = 0
    func add(_ page: [Entitlement]) {
        names += page.map(\.externalID)
        largest = max(largest, page.count)
    }
}

/// A clock that goes on by a tenth of a millisecond whenever it is looked at.
private final class CountingClock: Sendable {
    private let looks = Atomic(0)

    func next() -> Double { Double(looks.add(1, ordering: .relaxed).newValue) / 10_000 }
}
