import AMQP
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

extension LineUnderTest {
    /// Another worker dies that shares the ledger and had the creation of that subscription in hand, undecided.
    func dieElsewhere(with id: String, of subscription: String) async throws {
        let message = Message(
            exchange: topology.commands,
            routingKey: "create-subscription",
            properties: Properties(contentType: "application/cloudevents+json", messageID: id),
            body: Commands.event(id, .createSubscription, of: subscription, Commands.creation).compactBytes
        )
        let order = try Translator().translate(WireMessage(message), from: .createSubscription)
        let request = ClaimRequest(
            identity: order.envelope.identity,
            fingerprint: order.fingerprint,
            operation: .createSubscription,
            subscriptionID: try #require(SubscriptionID(subscription)),
            expectedVersion: nil,
            message: message,
            receivedAt: setup.time.now
        )
        _ = try await ledger.inner.claim(request)
        await ledger.inner.suspectAll()
    }
}
