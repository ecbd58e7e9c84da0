import AMQP
import OrderMessages
import SubscriptionLifecycle

/// An outcome event as a subscriber reads it.
struct TestOutcome: Sendable {
    let message: Message
    let event: JSON

    init(_ message: Message) {
        self.message = message
        event = (try? JSONReader.read(message.body)) ?? .null
    }

    var data: JSON { event["data"] ?? .null }
    var id: String? { event["id"]?.text }
    var commandID: String? { data["command"]?["id"]?.text }
    var outcome: String? { data["outcome"]?.text }
    var code: String? { data["rejection"]?["code"]?.text }
    var reason: String? { data["deadLetter"]?["reason"]?.text }
    var version: Int? { data["version"]?.wholeNumber }
    var state: String? { data["state"]?.text }
    var routingKey: String { message.routingKey.rawValue }
    var summary: String { "\(commandID ?? "?") \(outcome ?? "?") \(code ?? reason ?? "")" }

    /// What its published schema, without further members, has against it.
    var violation: String? {
        let words = routingKey.split(separator: ".").map(String.init)
        guard words.count == 2, let operation = OrderOperation(rawValue: words[0]),
            OutcomeSchema.outcomes(of: operation).contains(words[1])
        else { return "there is no outcome \(routingKey)" }
        return OutcomeSchema(isClosed: true).event(operation, words[1]).violation(in: event).map {
            "\($0.path): \($0.message)"
        }
    }
}
