import AMQP
import Foundation
import Logging
import OrderMessages
import SubscriptionLifecycle

/// Outcome events and where they go.
extension Line {
    /// The event of an outcome: its id is the same whenever it is made.
    func event(
        _ outcome: Outcome,
        _ content: OutcomeEvent.Content,
        for order: Order,
        round: Int = 1
    ) -> OutcomeEvent {
        OutcomeEvent(
            id: EventID.outcome(outcome.rawValue, of: order.envelope.identity, round: round),
            operation: order.operation,
            command: order.envelope.identity,
            correlationID: order.envelope.correlationID,
            subscriptionID: order.subscriptionID,
            orderID: order.orderID,
            time: timekeeper.now(),
            traceparent: order.envelope.traceparent,
            tracestate: order.envelope.tracestate,
            content: content
        )
    }

    /// The event of one entitlement of a sync.
    func event(item standing: OutcomeEvent.Standing, of entitlement: Entitlement, for order: Order) -> OutcomeEvent {
        var event = event(.succeeded, .syncItem(standing), for: order)
        event.id = EventID.outcome("entitlement", of: order.envelope.identity, suffix: entitlement.entitlementID)
        event.subscriptionID = entitlement.externalID.isEmpty ? nil : entitlement.externalID
        return event
    }

    /// The event as it goes to `orders.events`.
    func publishing(of event: OutcomeEvent) -> Publishing {
        Publishing(
            exchange: topology.events,
            routingKey: RoutingKey(event.routingKey),
            properties: event.properties,
            body: event.encoded()
        )
    }

    /// An answer: to the queue that the command names, best effort; to `orders.events` when it names none or it is gone.
    func reply(_ event: OutcomeEvent, to order: Order) async throws(Failure) {
        var publishing = publishing(of: event)
        if let replyTo = order.envelope.replyTo {
            publishing.exchange = .default
            publishing.routingKey = RoutingKey(replyTo)
            do throws(PublishFailure) {
                try await publisher.publish(publishing)
                return counters.announced(event.routingKey)
            } catch {
                logger.info(
                    "reply queue doesn't take the answer",
                    metadata: ["queue": "\(replyTo)", "reason": "\(error)"]
                )
                publishing = self.publishing(of: event)
            }
        }
        let deadline = timekeeper.uptime() + settings.confirmTimeout
        guard try await publish(publishing, until: deadline) else {
            throw .unavailable("\(topology.events) did not confirm within \(settings.confirmTimeout) s")
        }
        counters.announced(event.routingKey)
    }
}

extension OutcomeEvent {
    /// The AMQP properties of an outcome event.
    var properties: Properties {
        Properties(
            contentType: "application/cloudevents+json",
            deliveryMode: .persistent,
            correlationID: correlationID,
            messageID: id,
            timestamp: UInt64(max(0, time.timeIntervalSince1970)),
            type: type,
            appID: "order-worker"
        )
    }
}

extension Order {
    /// The subscription that the command names.
    var subscriptionID: String? {
        switch command {
        case .change(let change): change.subscriptionID.description
        case .view(let view):
            if case .subscription(let id) = view.key { id.description } else { nil }
        case .sync: nil
        }
    }

    /// The publisher's reference.
    var orderID: String? {
        if case .change(let change) = command { change.orderID } else { nil }
    }
}
