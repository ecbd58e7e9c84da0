public import Foundation
public import Logging
public import OrderFulfilment
import OrderMessages
public import SubscriptionLifecycle

/// The entitlements of a Sentinel EMS tenant, over its REST API v5.
///
/// Values of this type share connections, token and caches when copied. ``shutdown()`` must be called in the end.
public struct SentinelEntitlementGateway: EntitlementGateway {
    let configuration: EMSConfiguration
    let client: EMSClient
    let registry: Registry
    let logger: Logger
    let now: @Sendable () -> Date
    private let transport: any EMSTransport

    /// A gateway over AsyncHTTPClient; `capacity` is what the line lets orders begin by.
    public init(configuration: EMSConfiguration, logger: Logger, capacity: EMSCapacity? = nil) {
        self.init(
            configuration: configuration,
            transport: AsyncHTTPTransport(connections: configuration.concurrency, timeout: configuration.timeout),
            logger: logger,
            capacity: capacity
        )
    }

    /// A gateway over any transport; `now` is the clock of intents' deadlines.
    public init(
        configuration: EMSConfiguration,
        transport: any EMSTransport,
        logger: Logger,
        capacity: EMSCapacity? = nil,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.configuration = configuration
        self.transport = transport
        self.logger = logger
        self.now = now
        let start = ContinuousClock.now
        client = EMSClient(
            configuration: configuration,
            transport: transport,
            capacity: capacity
                ?? EMSCapacity(maximum: configuration.concurrency) { start.duration(to: .now) / .seconds(1) }
        )
        registry = Registry(
            client: client,
            configuration: configuration,
            recent: RecentFinds(lifetime: configuration.cacheLifetime),
            arrivals: Arrivals()
        )
    }

    /// Closes the connections.
    public func shutdown() async { await transport.shutdown() }

    /// The entitlement whose external id is exactly that subscription's name.
    public func entitlement(of subscription: SubscriptionID) async throws(GatewayFailure) -> Entitlement? {
        let found = try await read(.get("entitlements", .externalID(subscription.description)))
        // Whether EMS minds the case is not documented; a neighbour must not pass for the subscription.
        return found?.externalID == subscription.description ? found : nil
    }

    /// The entitlement of that eId.
    public func entitlement(withID entitlementID: String) async throws(GatewayFailure) -> Entitlement? {
        try await read(.get("entitlements", .entitlementID(entitlementID)))
    }

    /// Looks up customer, partner and products at the same time.
    public func findings(for command: ChangeCommand) async throws(GatewayFailure) -> Findings {
        let details = command.newSubscription
        async let customer = attempt { () async throws(GatewayFailure) -> Findings.PartyFinding? in
            if let details { try await registry.finding(of: details.customer) } else { nil }
        }
        let named = details?.channelPartner
        async let partner = attempt { () async throws(GatewayFailure) -> Entitlement.Party? in
            if let named { try await registry.find(named) } else { nil }
        }
        async let products = productFindings(Set(command.addedLines.map(\.product)))
        let found = try await partner.get()
        return Findings(
            products: try await products.get(),
            customer: try await customer.get(),
            channelPartner: named.map { registry.finding(of: $0, found) },
            channelPartnerID: found?.id
        )
    }

    /// Whether the contact is there; where contacts aren't created, the customer's finding says so already.
    public func contactFinding(for command: ChangeCommand, beside findings: Findings) async -> Findings.PartyFinding? {
        guard let contact = command.newSubscription?.customer.contact else { return nil }
        guard configuration.createsContacts else {
            return findings.customer == .found || findings.customer == .willBeCreated ? .found : nil
        }
        do throws(GatewayFailure) {
            return try await registry.finding(of: contact)
        } catch {
            logger.info("a preview can't tell whether a contact is there", metadata: ["reason": "\(error)"])
            return nil
        }
    }

    /// Makes the entitlement match the decision.
    public func apply(
        _ decision: Decision,
        in context: ApplyContext,
        intents: any IntentLog
    ) async throws(ApplyFailure) -> Entitlement {
        var convergence = await Convergence(decision, in: context, gateway: self, intents: intents)
        return try await convergence.run()
    }

    /// Whether EMS says that it is available.
    public func availability() async throws(GatewayFailure) { _ = try await client.availability().found() }

    // MARK: - Inside

    /// The partner's internal id, where it isn't named by one of the keys that a creation documents.
    func partnerID(_ partner: ChannelPartnerReference?) async throws(GatewayFailure) -> String? {
        switch partner {
        case nil, .identifier: return nil
        case .externalID:
            guard let partner, let found = try await registry.find(partner) else {
                let text = partner.map { "channel partner \($0) is unknown" } ?? ""
                throw .refused(EMSRefusal(status: 404, errorCode: nil, description: text))
            }
            return found.id
        }
    }

    private func read(_ call: EMSCall) async throws(GatewayFailure) -> Entitlement? {
        guard let body = try await client.send(call).found() else { return nil }
        do throws(UnreadableAnswer) {
            return try EntitlementReader.read(body)
        } catch {
            throw .unreadable(call, error)
        }
    }

    private func productFindings(
        _ products: Set<ProductReference>
    ) async -> Result<[ProductReference: Findings.ProductFinding], GatewayFailure> {
        await withTaskGroup { group in
            for product in products {
                group.addTask {
                    (
                        product,
                        await attempt { () async throws(GatewayFailure) in try await registry.finding(of: product) }
                    )
                }
            }
            var findings: [ProductReference: Findings.ProductFinding] = [:]
            for await (product, result) in group {
                switch result {
                case .success(let finding): findings[product] = finding
                case .failure(let failure): return .failure(failure)
                }
            }
            return .success(findings)
        }
    }

    /// `async let` and task groups lose the type of an error; a result keeps it.
    private func attempt<Value: Sendable>(
        _ look: () async throws(GatewayFailure) -> Value
    ) async -> Result<Value, GatewayFailure> {
        do throws(GatewayFailure) {
            return .success(try await look())
        } catch {
            return .failure(error)
        }
    }
}
