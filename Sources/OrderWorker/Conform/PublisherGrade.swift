import AMQP
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// What a publisher sends, held against the contract: a value that is fed with messages as they arrive.
struct PublisherGrade: Sendable {
    /// Over this a body is worth a hint: a hundred line items need less.
    static let usualSize = 64 << 10

    /// Understands messages as the worker does.
    let translator: Translator
    var findings = ConformFindings<PublisherRule>()
    private(set) var received = 0
    private var resent = 0
    /// Messages that an operator's replay brought, which nobody published now.
    private var replayed = 0
    private var identities = SeenIdentities()
    private var numbers = SeenNumbers()

    init(translator: Translator = Translator()) { self.translator = translator }

    /// Grades one message.
    mutating func take(_ message: Message) {
        guard message.properties.headers[KeptLetter.roundHeader] == nil else { return replayed += 1 }
        received += 1
        let wire = WireMessage(message)
        let peeked = translator.peek(wire)
        let name = peeked.identity?.id ?? message.properties.messageID ?? "message \(received)"
        let event = translator.event(wire) ?? JSON.Object()
        judgeProperties(message, name, event)
        judgeHeaders(message, name)
        if message.body.count > Self.usualSize, message.body.count <= translator.maximumMessageSize {
            findings.add(.hint, .size, name, "\(message.body.count) bytes: does a command need that much?")
        }
        let operation = OrderOperation(rawValue: message.routingKey.rawValue)
        if operation == nil {
            let key = message.routingKey.rawValue
            findings.add(.failure, .routing, name, "no queue is bound for the routing key '\(key)'")
        }
        do throws(Poison) {
            judge(try translator.translate(wire, from: operation ?? peeked.operation ?? .createSubscription), event)
        } catch {
            findings.add(.failure, Self.rule(of: error), name, "\(error.reason.rawValue): \(error.detail)")
        }
    }

    /// Takes note of an outcome: a refused command leaves its number to another.
    mutating func take(outcome message: Message) {
        guard let event = try? JSONReader.read(message.body), let command = event["data"]?["command"],
            let id = command["id"]?.text, let source = command["source"]?.text
        else { return }
        if let letter = event["data"]?["deadLetter"] {
            // What was done in part has used its number, and a conflict is about the second of two: the first stands.
            guard event["data"]?["version"] == nil, letter["reason"]?.text != DeadLetterReason.identityConflict.rawValue
            else { return }
        }
        numbers.refuse(CommandIdentity(source: source, id: id))
    }

    /// The grade of all that was taken.
    func report(isStrict: Bool = false) -> ConformReport {
        var findings = findings
        identities.judge(into: &findings)
        numbers.judge(into: &findings)
        if received == 0 {
            for rule in PublisherRule.allCases { findings.leave(rule, because: nil) }
            findings.add(.failure, .schema, nil, "nothing was received, so nothing can be said")
        }
        var counts = [
            ConformReport.Count(what: received == 1 ? "message" : "messages", count: received),
            ConformReport.Count(what: "sent again", count: resent),
        ]
        if replayed > 0 { counts.append(.init(what: "replayed by an operator, not graded", count: replayed)) }
        return ConformReport(
            subject: "publisher",
            isStrict: isStrict,
            counts: counts,
            rules: findings.rules,
            outOfSight: [
                "whether messages are published mandatory and with confirms",
                "whether a nack, a return or silence makes the publisher send again under the same id",
                "the header BCC, which the broker takes away",
            ]
        )
    }

    private mutating func judge(_ order: Order, _ event: JSON.Object) {
        let name = order.envelope.identity.id
        switch identities.take(order) {
        case .new: break
        // Once more the same: nothing else can be said of it, and its number was counted.
        case .again: return resent += 1
        case .conflict(let first):
            let detail = "the id came before with other content (\(first)): a dead letter, identity-conflict"
            return findings.add(.failure, .idempotency, name, detail)
        }
        if !order.operation.isRead, !order.envelope.isDryRun {
            numbers.take(order)
            if event["data"]?["term"]?["end"] == nil, let term = event["data"]?["term"]?.object {
                let length = term.members.map(\.name).filter { ["months", "days"].contains($0) }.joined()
                findings.add(
                    .hint,
                    .terms,
                    name,
                    "term.\(length) depends on what is there when it is decided; prefer term.end"
                )
            }
        }
        let traceparent = event["traceparent"]?.text
        if traceparent != nil, order.envelope.traceparent == nil {
            findings.add(.hint, .headers, name, "traceparent is not well-formed, so it is ignored")
        }
    }

    private static func rule(of poison: Poison) -> PublisherRule {
        switch poison.reason {
        case .wrongQueue, .unroutable: .routing
        case .tooLarge: .size
        case .identityMissing: .identity
        case .identityConflict: .idempotency
        case .schemaViolation:
            switch poison.path {
            case "id", "source": .identity
            case "reply_to": .replyTo
            default: .schema
            }
        case .malformedMessage, .unknownType, .unsupportedVersion, .attemptsExhausted, .partiallyApplied,
            .workerCrashed, .expired, .deliveryLimit:
            .schema
        }
    }
}
