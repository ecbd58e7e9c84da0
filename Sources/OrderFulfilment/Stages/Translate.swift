public import AMQP
public import OrderMessages
import SubscriptionLifecycle

extension Line {
    /// translate: bytes and properties to a typed command, or the reason why not.
    func translate(_ arrival: Arrival) async throws(Failure) -> Order {
        let wire = WireMessage(arrival.message)
        if let operation = topology.operation(of: arrival.queue) {
            do { return try translator.translate(wire, from: operation) } catch { throw .poison(error) }
        }
        return try await translateUndelivered(arrival, wire)
    }

    /// What the broker gave up is finished when the ledger knows it, and dead-lettered with the broker's reason when not.
    private func translateUndelivered(_ arrival: Arrival, _ wire: WireMessage) async throws(Failure) -> Order {
        let peeked = translator.peek(wire)
        guard let operation = peeked.operation, let identity = peeked.identity, !operation.isRead,
            try await isKnown(identity), let order = try? translator.translate(wire, from: operation)
        else {
            let (reason, detail) = arrival.message.brokerVerdict
            throw .poison(Poison(reason, detail, identity: peeked.identity))
        }
        return order
    }

    private func isKnown(_ identity: CommandIdentity) async throws(Failure) -> Bool {
        do throws(LedgerFailure) {
            return try await ledger.orders(withID: identity.id).contains { $0.identity == identity }
        } catch { throw Failure(error, identity) }
    }
}

extension WireMessage {
    /// What the translator needs of a delivered message.
    public init(_ message: Message) {
        var headers: [String: String] = [:]
        for field in message.properties.headers.fields where headers[field.name] == nil {
            switch field.value {
            case .text(let text): headers[field.name] = text
            case .boolean(let flag): headers[field.name] = String(flag)
            case .integer(let number): headers[field.name] = String(number)
            case .unsigned(let number), .timestamp(let number): headers[field.name] = String(number)
            case .double, .decimal, .bytes, .array, .table, .void: continue
            }
        }
        self.init(
            contentType: message.properties.contentType,
            headers: headers,
            messageID: message.properties.messageID,
            type: message.properties.type,
            appID: message.properties.appID,
            timestamp: message.properties.timestamp,
            correlationID: message.properties.correlationID,
            replyTo: message.properties.replyTo,
            body: message.body,
            omittedBodySize: message.omittedBody?.byteCount
        )
    }
}

extension Message {
    /// The queue that the broker took it out of.
    var queueItDiedIn: String? {
        guard case .array(let deaths) = properties.headers["x-death"], case .table(let death) = deaths.first else {
            return nil
        }
        return death.text("queue")
    }

    /// Why the broker took it out of a queue or couldn't route it, from the newest entry of its `x-death` header.
    var brokerVerdict: (DeadLetterReason, String) {
        guard case .array(let deaths) = properties.headers["x-death"], case .table(let death) = deaths.first else {
            return (.unroutable, "no queue is bound to \(exchange.rawValue) for the routing key \(routingKey)")
        }
        let queue = death.text("queue") ?? "its queue"
        return switch death.text("reason") {
        case "expired":
            (.expired, "it expired in \(queue); publish commands without an expiration")
        case "delivery_limit":
            (.deliveryLimit, "\(queue) delivered it as often as its limit allows, and no worker settled it")
        case let reason:
            (.unroutable, "the broker took it out of \(queue): \(reason ?? "no reason given")")
        }
    }
}
