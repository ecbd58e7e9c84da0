import Logging
import OrderFulfilment
import OrderMessages
import SentinelEMS
import SubscriptionLifecycle
import TestKit

/// The real gateway over a sandbox of its own.
struct SandboxWorld: GatewayWorld {
    let sandbox: SandboxProcess
    let sentinel: SentinelEntitlementGateway
    private let control: AsyncHTTPTransport

    var gateway: any EntitlementGateway { sentinel }

    static func run<Value: Sendable>(
        clock: ManualClock? = nil,
        _ change: (inout EMSConfiguration) -> Void = { _ in },
        _ body: (SandboxWorld) async throws -> Value
    ) async throws -> Value {
        let sandbox = try await SandboxProcess.start()
        defer { sandbox.letGo() }
        let configuration = try configuration(sandbox.baseURL, change)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let transport = AsyncHTTPTransport(connections: configuration.concurrency, timeout: configuration.timeout)
        let sentinel =
            if let clock {
                SentinelEntitlementGateway(
                    configuration: configuration,
                    transport: transport,
                    logger: logger,
                    now: { clock.now }
                )
            } else {
                SentinelEntitlementGateway(configuration: configuration, transport: transport, logger: logger)
            }
        let world = SandboxWorld(
            sandbox: sandbox,
            sentinel: sentinel,
            control: AsyncHTTPTransport(connections: 4, timeout: .seconds(10))
        )
        let result: Result<Value, any Error>
        do { result = .success(try await body(world)) } catch { result = .failure(error) }
        await world.sentinel.shutdown()
        await world.control.shutdown()
        return try result.get()
    }

    func loseAnswerOfNextWrite() async throws {
        try await fault(#"{"match":{"method":"POST","path":"=/entitlements"},"drop":"after","count":1}"#)
        try await fault(#"{"match":{"method":"PATCH","path":"/entitlements"},"drop":"after","count":1}"#)
    }

    func failNextWrite() async throws {
        try await fault(#"{"match":{"method":"PATCH","path":"/entitlements"},"status":503,"count":1}"#)
    }

    func setEnd(_ end: LocalDate, of subscription: SubscriptionID) async throws {
        let body = #"{"entitlement":{"expiry":{"neverExpires":false,"endDate":"\#(end)"}}}"#
        try await send("PATCH", sandbox.baseURL + "/api/v5/entitlements/externalId=\(subscription)", body)
    }

    func activate(_ quantity: Int, ofProductKey id: String, on subscription: SubscriptionID) async throws {
        let body = """
            {"bulkActivation":{"activatees":{"activatee":[{"activateeEmailId":"a@b.c","addIfNotAvailable":true}]},
             "activationProductKeys":{"activationProductKey":[{"pkId":"\(id)","activationQuantity":\(quantity)}]}}}
            """
        try await send("POST", sandbox.baseURL + "/api/v5/activations/bulkActivate", body)
    }

    /// How often each endpoint was called.
    func calls() async throws -> [String: Int] {
        let text = try await send("GET", sandbox.rootURL + "/sandbox/calls")
        guard let calls = try JSONReader.read(Array(text.utf8))["calls"]?.object else { return [:] }
        return Dictionary(uniqueKeysWithValues: calls.members.map { ($0.name, $0.value.wholeNumber ?? 0) })
    }

    func fault(_ body: String) async throws {
        try await send("POST", sandbox.rootURL + "/sandbox/faults", body)
    }

    @discardableResult
    func send(_ method: String, _ url: String, _ body: String? = nil) async throws -> String {
        let request = EMSRequest(
            method: method,
            url: url,
            headers: [
                (name: "Authorization", value: "Basic c2FuZGJveDpzYW5kYm94"),
                (name: "Content-Type", value: "application/json"), (name: "Accept", value: "application/json"),
            ],
            body: body.map { Array($0.utf8) },
            deadline: .now + .seconds(10),
            maximumAnswerSize: 1 << 24
        )
        let answer = try await control.send(request)
        let text = String(decoding: answer.body, as: UTF8.self)
        guard (200..<300).contains(answer.status) else {
            throw GatewayConformance.Violation(description: "\(method) \(url): \(answer.status) \(text)")
        }
        return text
    }
}
