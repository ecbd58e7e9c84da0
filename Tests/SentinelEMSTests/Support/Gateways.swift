import Foundation
import Logging
import OrderFulfilment
import SentinelEMS
import SubscriptionLifecycle
import Synchronization
import TestKit

/// A clock that only tests move.
final class ManualClock: Sendable {
    private let date = Mutex(Date(timeIntervalSince1970: 1_790_000_000))
    var now: Date { date.withLock { $0 } }
    func advance(by seconds: Double) { date.withLock { $0 += seconds } }
}

func configuration(
    _ url: String = "http://127.0.0.1:1/ems",
    _ change: (inout EMSConfiguration) -> Void = { _ in }
) throws -> EMSConfiguration {
    var configuration = try EMSConfiguration(
        baseURL: url,
        credentials: .basic(username: "sandbox", password: "sandbox")
    )
    change(&configuration)
    return configuration
}

func gateway(
    _ transport: any EMSTransport,
    clock: ManualClock = ManualClock(),
    _ change: (inout EMSConfiguration) -> Void = { _ in }
) throws -> SentinelEntitlementGateway {
    SentinelEntitlementGateway(
        configuration: try configuration("http://127.0.0.1:1/ems", change),
        transport: transport,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        now: { clock.now }
    )
}

func applyFailure(
    _ gateway: SentinelEntitlementGateway,
    _ decision: Decision,
    _ log: any IntentLog = InMemoryIntentLog()
) async -> ApplyFailure? {
    do throws(ApplyFailure) {
        _ = try await gateway.apply(decision, in: GatewaySamples.context, intents: log)
        return nil
    } catch {
        return error
    }
}

func gatewayFailure<Value>(_ call: () async throws(GatewayFailure) -> Value) async -> GatewayFailure? {
    do throws(GatewayFailure) {
        _ = try await call()
        return nil
    } catch {
        return error
    }
}
