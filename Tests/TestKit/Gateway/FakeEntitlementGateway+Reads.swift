public import OrderFulfilment
import OrderMessages
public import SubscriptionLifecycle

extension FakeEntitlementGateway {
    /// One page with all that match, unless somebody wants to wait before each; knows nothing of days.
    public func search(
        _ filter: EntitlementFilter,
        page: @Sendable ([Entitlement]) async throws -> Void
    ) async throws {
        try count(.search)
        let wanted = Set(filter.subscriptionIDs.map(\.description))
        let rows = entitlements.values.sorted { $0.entitlementID < $1.entitlementID }.filter { row in
            (wanted.isEmpty || wanted.contains(row.externalID))
                && filter.customer.map { customers[$0]?.id == row.customer?.id } ?? true
        }
        guard let beforePage else { return rows.isEmpty ? () : try await page(rows) }
        for row in rows {
            await beforePage()
            try await page([row])
        }
    }

    /// The activations that were put there.
    public func activations(of entitlementID: String) async throws(GatewayFailure) -> [Activation] {
        try count(.activations)
        return activationRows[entitlementID] ?? []
    }

    /// Available unless troubled.
    public func availability() async throws(GatewayFailure) { try count(.availability) }
}
