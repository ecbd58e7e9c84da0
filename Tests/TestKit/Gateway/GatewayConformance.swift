public import OrderFulfilment
public import SubscriptionLifecycle

/// A gateway over a tenant that a test can disturb.
public protocol GatewayWorld: Sendable {
    /// The gateway under test. The tenant has the sandbox's products and partner.
    var gateway: any EntitlementGateway { get }

    /// The next write to an entitlement is done, but its answer is lost.
    func loseAnswerOfNextWrite() async throws

    /// The next write to an entitlement is answered with 503, and not done.
    func failNextWrite() async throws

    /// Somebody else changes the header's end.
    func setEnd(_ end: LocalDate, of subscription: SubscriptionID) async throws

    /// Somebody activates some of a line.
    func activate(_ quantity: Int, ofProductKey id: String, on subscription: SubscriptionID) async throws
}

/// What every ``OrderFulfilment/EntitlementGateway`` must do: run against the fake and against the real one.
public enum GatewayConformance {
    /// One thing that must be so.
    public struct Check: Sendable, CustomStringConvertible {
        /// As a sentence.
        public let description: String
        private let body: @Sendable (any GatewayWorld) async throws -> Void

        init(_ description: String, _ body: @escaping @Sendable (any GatewayWorld) async throws -> Void) {
            self.description = description
            self.body = body
        }

        /// Throws what isn't so.
        public func run(in world: any GatewayWorld) async throws { try await body(world) }
    }

    /// Something wasn't so.
    public struct Violation: Error, CustomStringConvertible {
        /// What was expected, what was seen.
        public let description: String

        /// Says what wasn't so.
        public init(description: String) { self.description = description }
    }

    /// All of them; each wants a fresh world.
    public static let checks = creations + updates + conflicts + troubles + reads

    static func expect(_ condition: Bool, _ text: @autoclosure () -> String) throws {
        guard condition else { throw Violation(description: text()) }
    }

    static func expectEqual<Value: Equatable>(_ seen: Value, _ expected: Value, _ what: String) throws {
        try expect(seen == expected, "\(what): expected \(expected), saw \(seen)")
    }

    static func unwrap<Value>(_ value: Value?, _ what: String) throws -> Value {
        guard let value else { throw Violation(description: "\(what) is missing") }
        return value
    }

    /// The failure of an `apply`.
    static func failure(
        of decision: Decision,
        in world: any GatewayWorld,
        intents: any IntentLog = InMemoryIntentLog()
    ) async throws -> ApplyFailure {
        do throws(ApplyFailure) {
            _ = try await world.gateway.apply(decision, in: GatewaySamples.context, intents: intents)
        } catch {
            return error
        }
        throw Violation(description: "apply should have failed")
    }

    /// Applies again while it is worth it, as the line would.
    static func applyPersistently(
        _ decision: Decision,
        in world: any GatewayWorld,
        intents: any IntentLog
    ) async throws -> Entitlement {
        for _ in 0..<3 {
            do throws(ApplyFailure) {
                return try await world.gateway.apply(decision, in: GatewaySamples.context, intents: intents)
            } catch {
                guard case .transient = error else { throw error }
            }
        }
        throw Violation(description: "apply did not get through in 3 attempts")
    }

    /// Creates the sample subscription.
    @discardableResult
    public static func create(in world: any GatewayWorld, _ id: String = "SUB-1") async throws -> Entitlement {
        try await world.gateway.apply(
            GatewaySamples.creation(id),
            in: GatewaySamples.context,
            intents: InMemoryIntentLog()
        )
    }
}
