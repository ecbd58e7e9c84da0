import AMQP
import OrderMessages
import SubscriptionLifecycle

extension AsyncAPI {
    /// The version of the AMQP 0-9-1 bindings that this document follows.
    static let bindingVersion: JSON = "0.3.0"

    var channels: JSON {
        Self.object(
            OrderOperation.allCases.map { (Self.channel(of: $0), commandChannel($0)) }
                + outcomes.map { (Self.channel(of: $0, $1), outcomeChannel($0, $1)) }
                + [
                    ("replies", replies), ("deadLetters", deadLetters), ("deadLetterQueue", deadLetterQueue),
                    ("unroutedEvents", unroutedEvents), ("undelivered", undelivered),
                ]
        )
    }

    /// Every outcome that every operation can have.
    var outcomes: [(operation: OrderOperation, outcome: String)] {
        OrderOperation.allCases.flatMap { operation in
            OutcomeSchema.outcomes(of: operation).map { (operation, $0) }
        }
    }

    static func channel(of operation: OrderOperation) -> String { name("command", operation.rawValue) }

    static func channel(of operation: OrderOperation, _ outcome: String) -> String {
        name("event", operation.rawValue, outcome)
    }

    private func commandChannel(_ operation: OrderOperation) -> JSON {
        [
            "address": .string(operation.rawValue),
            "title": .string("Commands: \(operation.rawValue)"),
            "description":
                "The address is the routing key, which is the operation. x-queue is what the worker consumes.",
            "messages": messageReferences([Self.message(operation)]),
            "bindings": exchange(topology.commands),
            "x-queue": .string(topology.queue(operation).rawValue),
        ]
    }

    private func outcomeChannel(_ operation: OrderOperation, _ outcome: String) -> JSON {
        [
            "address": .string("\(operation.rawValue).\(outcome)"),
            "title": .string("Outcomes: \(operation.rawValue), \(outcome)"),
            "description": "Bind a queue of your own with this routing key; * stands for a word: *.rejected.",
            "messages": messageReferences([Self.message(operation, outcome)]),
            "bindings": exchange(topology.events),
        ]
    }

    private var replies: JSON {
        [
            "address": .null,
            "title": "Answers",
            "description":
                "The queue that reply_to of a read or a dry run names, over the default exchange; without one, or when it is gone, the answer goes to the outcomes.",
            "messages": messageReferences(OrderOperation.allCases.flatMap(Self.answers)),
            "bindings": [
                "amqp": [
                    "is": "routingKey",
                    "exchange": [
                        "name": .string(ExchangeName.default.rawValue), "type": "default", "durable": true,
                        "autoDelete": false, "vhost": .string(Self.virtualHost),
                    ],
                    "bindingVersion": Self.bindingVersion,
                ]
            ],
        ]
    }

    private var deadLetters: JSON {
        [
            "address": "{routingKey}",
            "title": "Dead letters",
            "description": "A message that was not understood or not completed, as it came, with headers that say why.",
            "parameters": [
                "routingKey": ["description": "The key that the message came with: the operation, if it was right."]
            ],
            "messages": messageReferences(["deadLetter"]),
            "bindings": exchange(topology.deadLetters),
        ]
    }

    private var deadLetterQueue: JSON {
        queue(topology.deadLetter, "Where dead letters lie until an operator replays or discards them.", ["deadLetter"])
    }

    private var unroutedEvents: JSON {
        queue(
            topology.unroutedEvents,
            "Outcomes that nobody has bound a queue for; the oldest are dropped.",
            outcomes.map { Self.message($0, $1) }
        )
    }

    private var undelivered: JSON {
        queue(
            topology.undelivered,
            "What the broker could not route to an operation, or took out of its queue; it becomes a dead letter.",
            OrderOperation.allCases.map { Self.message($0) }
        )
    }

    private func queue(_ name: QueueName, _ description: String, _ messages: [String]) -> JSON {
        [
            "address": .string(name.rawValue),
            "title": .string("Queue \(name)"),
            "description": .string(description),
            "messages": messageReferences(messages),
            "bindings": [
                "amqp": [
                    "is": "queue",
                    "queue": [
                        "name": .string(name.rawValue), "durable": true, "exclusive": false, "autoDelete": false,
                        "vhost": .string(Self.virtualHost),
                    ],
                    "bindingVersion": Self.bindingVersion,
                ]
            ],
        ]
    }

    /// The exchange as the topology declares it.
    private func exchange(_ name: ExchangeName) -> JSON {
        var exchange = JSON.Object()
        exchange.append("name", name.rawValue)
        exchange.append("type", topology.topology.exchanges.first { $0.name == name }?.kind.rawValue)
        exchange.append("durable", true)
        exchange.append("autoDelete", false)
        exchange.append("vhost", Self.virtualHost)
        return ["amqp": ["is": "routingKey", "exchange": .object(exchange), "bindingVersion": Self.bindingVersion]]
    }

    private func messageReferences(_ names: [String]) -> JSON {
        Self.object(names.map { ($0, Self.reference("components", "messages", $0)) })
    }
}
