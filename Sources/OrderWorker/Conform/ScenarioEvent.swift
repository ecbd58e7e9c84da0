import AMQP
import OrderMessages

/// One event of a scenario, as it is published.
struct ScenarioEvent: Hashable, Sendable {
    /// What the event shows.
    var rule: SubscriberRule
    var id: String
    var routingKey: String
    var body: [UInt8]

    /// An event as the worker would announce it.
    init(_ rule: SubscriberRule, _ event: OutcomeEvent) {
        self.rule = rule
        id = event.id
        routingKey = event.routingKey
        body = event.encoded()
    }

    /// An event as a later worker might announce it.
    init(_ rule: SubscriberRule, id: String, type: String, _ event: JSON) {
        self.rule = rule
        self.id = id
        // `orders.<routing key>.v<version>`
        routingKey = type.split(separator: ".").dropFirst().dropLast().joined(separator: ".")
        body = event.compactBytes
    }

    /// To the exchange with its own key, or straight into a queue.
    func publishing(to exchange: ExchangeName?, queue: QueueName?) -> Publishing {
        Publishing(
            exchange: exchange ?? .default,
            routingKey: RoutingKey(exchange == nil ? queue?.rawValue ?? "" : routingKey),
            properties: Properties(
                contentType: "application/cloudevents+json",
                deliveryMode: .persistent,
                correlationID: id,
                messageID: id
            ),
            body: body
        )
    }
}
