import Foundation
import Testing

/// What `Contracts/examples` shows, sent as a person would.
@Suite struct ContractExampleTests {
    static let examples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Contracts/examples")

    @Test(.timeLimit(.minutes(2)))
    func `publish sends an example as it is, and the worker understands it`() async throws {
        try await World.run { world in
            try await world.startWorker()
            let expected: [(example: String, status: Int32, says: String)] = [
                ("sync-entitlements/full.json", 0, "succeeded"),
                ("view-entitlement/full.json", 1, "entitlement-not-found"),
                // The tenant has no such partner.
                ("create-subscription/full.json", 1, "channel-partner-not-found"),
                ("create-subscription/poison-quantity-zero.json", 1, "data.lineItems[0].quantity"),
            ]
            for (example, status, text) in expected {
                let ended = try await world.order("publish", Self.examples.appending(path: example).path)
                #expect(ended.status == status, "\(example): \(ended)")
                #expect(ended.output.contains(text), "\(example): \(ended)")
            }
        }
    }
}
