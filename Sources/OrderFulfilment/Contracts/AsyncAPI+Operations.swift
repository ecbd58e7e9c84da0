import AMQP
import OrderMessages
import SubscriptionLifecycle

extension AsyncAPI {
    var operations: JSON {
        Self.object(
            OrderOperation.allCases.map { (Self.name("receive", $0.rawValue), receive($0)) }
                + [("receiveUndelivered", receiveUndelivered)]
                + outcomes.map { (Self.name("send", $0.rawValue, $1), send($0, $1)) }
                + [("sendDeadLetter", sendDeadLetter)]
        )
    }

    /// The messages that answer a read or a dry run where `reply_to` says.
    static func answers(to operation: OrderOperation) -> [String] {
        let outcomes = OutcomeSchema.outcomes(of: operation).filter { outcome in
            operation.isRead ? outcome != Outcome.deadLettered.rawValue : outcome == Outcome.previewed.rawValue
        }
        return outcomes.map { message(operation, $0) }
    }

    private func receive(_ operation: OrderOperation) -> JSON {
        let channel = Self.channel(of: operation)
        let which =
            operation.isRead
            ? "The answer, where reply_to names a queue." : "The preview of a dry run, where reply_to names a queue."
        return [
            "action": "receive",
            "channel": Self.reference("channels", channel),
            "title": .string(operation.rawValue),
            "summary": .string(operation.meaning),
            "tags": [["name": "commands"]],
            "traits": [Self.reference("components", "operationTraits", "commands")],
            "messages": [Self.reference("channels", channel, "messages", Self.message(operation))],
            "reply": [
                "address": ["location": "$message.header#/reply_to", "description": .string(which)],
                "channel": Self.reference("channels", "replies"),
                "messages": .array(
                    Self.answers(to: operation).map { Self.reference("channels", "replies", "messages", $0) }
                ),
            ],
        ]
    }

    private var receiveUndelivered: JSON {
        [
            "action": "receive",
            "channel": Self.reference("channels", "undelivered"),
            "title": "undelivered",
            "summary": "Takes what the broker gave up, and makes a dead letter of it.",
            "tags": [["name": "operators"]],
            "bindings": ["amqp": ["ack": true, "bindingVersion": Self.bindingVersion]],
        ]
    }

    private func send(_ operation: OrderOperation, _ outcome: String) -> JSON {
        let channel = Self.channel(of: operation, outcome)
        return [
            "action": "send",
            "channel": Self.reference("channels", channel),
            "title": .string("\(operation.rawValue).\(outcome)"),
            "summary": .string(Self.summary(operation, outcome)),
            "tags": [["name": "outcomes"]],
            "traits": [Self.reference("components", "operationTraits", "outcomes")],
            "messages": [Self.reference("channels", channel, "messages", Self.message(operation, outcome))],
        ]
    }

    private var sendDeadLetter: JSON {
        [
            "action": "send",
            "channel": Self.reference("channels", "deadLetters"),
            "title": "dead letter",
            "summary": "Keeps a message that was not understood or not completed, with the reason.",
            "tags": [["name": "operators"]],
            "messages": [Self.reference("channels", "deadLetters", "messages", "deadLetter")],
            "bindings": [
                "amqp": [
                    "deliveryMode": Self.number(Properties().strippedForRepublish.deliveryMode), "ack": true,
                    "bindingVersion": Self.bindingVersion,
                ]
            ],
        ]
    }

    /// How publishers should send commands, and how the worker sends outcomes.
    var operationTraits: JSON {
        let properties = Self.specimen.properties
        return [
            "commands": [
                "description": "Publish with confirms, persistent, and without an expiration.",
                "bindings": [
                    "amqp": [
                        "deliveryMode": Self.number(.persistent), "mandatory": true, "ack": true,
                        "bindingVersion": Self.bindingVersion,
                    ]
                ],
            ],
            "outcomes": [
                "description":
                    "Published at least once, always with the same id; acknowledge when it is safe with you.",
                "bindings": [
                    "amqp": [
                        "deliveryMode": Self.number(properties.deliveryMode),
                        "timestamp": .bool(properties.timestamp != nil), "ack": true,
                        "bindingVersion": Self.bindingVersion,
                    ]
                ],
            ],
        ]
    }

    private static func number(_ mode: Properties.DeliveryMode?) -> JSON {
        .integer(Int((mode ?? .transient).rawValue))
    }
}
