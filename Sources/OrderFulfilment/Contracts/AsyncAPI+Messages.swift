import AMQP
import Foundation
import OrderMessages
import SubscriptionLifecycle

extension AsyncAPI {
    static func message(_ operation: OrderOperation) -> String { name(operation.rawValue) }

    static func message(_ operation: OrderOperation, _ outcome: String) -> String { name(operation.rawValue, outcome) }

    /// What an outcome says, in a sentence.
    static func summary(_ operation: OrderOperation, _ outcome: String) -> String {
        OutcomeSchema().event(operation, outcome).summary ?? ""
    }

    var messages: JSON {
        Self.object(
            OrderOperation.allCases.map { (Self.message($0), command($0)) }
                + outcomes.map { (Self.message($0, $1), outcome($0, $1)) }
                + [("deadLetter", deadLetter)]
        )
    }

    private func command(_ operation: OrderOperation) -> JSON {
        message(
            operation.commandType,
            operation.meaning,
            trait: "command",
            schema: ContractDocuments.commandSchemaPath(operation.rawValue),
            example: CommandSchema.event(operation).example
        )
    }

    private func outcome(_ operation: OrderOperation, _ outcome: String) -> JSON {
        message(
            "orders.\(operation.rawValue).\(outcome).v1",
            Self.summary(operation, outcome),
            trait: "outcome",
            schema: ContractDocuments.outcomeSchemaPath(operation.rawValue, outcome),
            example: OutcomeSchema().event(operation, outcome).example
        )
    }

    private func message(_ type: String, _ summary: String, trait: String, schema: String, example: JSON?) -> JSON {
        [
            "name": .string(type),
            "title": .string(type),
            "summary": .string(summary),
            "traits": [Self.reference("components", "messageTraits", trait)],
            "payload": Self.file(schema),
            "bindings": ["amqp": ["messageType": .string(type), "bindingVersion": Self.bindingVersion]],
            "examples": [
                [
                    "name": "minimal",
                    "summary": "What must be there and no more; whole ones are in examples/.",
                    "payload": example ?? .null,
                ]
            ],
        ]
    }

    private var deadLetter: JSON {
        [
            "name": "orders.dead-letter.v1",
            "title": "A dead letter",
            "summary": "A message as it came, with headers that say why it is here.",
            "headers": Self.file(ContractDocuments.deadLetterSchemaPath),
            "payload": ["description": "The bytes as they came, whatever they are, with their content type."],
            "examples": [
                [
                    "name": "schema-violation",
                    "summary": "A command that could not be understood.",
                    "headers": DeadLetterHeaders.schema().example ?? .null,
                ]
            ],
        ]
    }

    var messageTraits: JSON {
        [
            "command": [
                "contentType": .string(Self.contentType),
                "headers": Self.reference("components", "schemas", "commandHeaders"),
                "correlationId": Self.reference("components", "correlationIds", "correlationid"),
            ],
            "outcome": [
                "contentType": .string(Self.specimen.properties.contentType ?? Self.contentType),
                "correlationId": Self.reference("components", "correlationIds", "correlationid"),
            ],
        ]
    }

    /// The worker reads nothing else beside the event of a command in structured mode.
    var commandHeaders: JSON {
        [
            "type": "object",
            "description":
                "AMQP properties and headers besides the content type; all are optional. In binary mode (content type application/json, the body is data) the attributes are headers with the prefix cloudEvents: , or the properties message_id, app_id, type and timestamp.",
            "properties": [
                "reply_to": [
                    "type": "string",
                    "description":
                        "The AMQP property reply_to, no header: for reads and dry runs, the queue that the answer goes to. Not one of the worker's own, nor amq. but amq.rabbitmq.reply-to and amq.gen-.",
                ],
                "correlation_id": [
                    "type": "string",
                    "description": "The AMQP property correlation_id, where the event has no correlationid.",
                ],
                "traceparent": ["type": "string", "description": "W3C trace context, where the event has none."],
                "tracestate": ["type": "string", "description": "W3C trace context, where the event has none."],
            ],
        ]
    }

    var correlationID: JSON {
        [
            "location": "$message.payload#/correlationid",
            "description": "The command's, echoed on every outcome; without one the AMQP correlation_id, else the id.",
        ]
    }

    /// Any outcome: all have the same properties.
    static var specimen: OutcomeEvent {
        OutcomeEvent(
            id: "",
            operation: .viewEntitlement,
            command: CommandIdentity(source: "", id: ""),
            correlationID: "",
            subscriptionID: nil,
            orderID: nil,
            time: Date(timeIntervalSince1970: 0),
            content: .synced(count: 0, modifiedSince: .epoch)
        )
    }
}
