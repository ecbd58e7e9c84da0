import AMQP
import OrderMessages
import SubscriptionLifecycle
import Testing

@testable import OrderFulfilment

@Suite("The AsyncAPI document")
struct AsyncAPITests {
    private let topology = OrderTopology()
    private let document = AsyncAPI(topology: OrderTopology()).document

    @Test("Every reference leads somewhere, in the document or to a published file")
    func references() throws {
        let files = Set(try PublishedContracts.documents().map(\.path))
        let references = document.values(named: "$ref").compactMap(\.text)
        for reference in references {
            if reference.hasPrefix("#/") {
                #expect(document.at(reference) != nil, "\(reference) leads nowhere")
            } else {
                #expect(files.contains(reference), "\(reference) is not published")
            }
        }
        #expect(references.count > 200)
        // What nothing refers to would be forgotten.
        for section in try members(document["components"]) {
            for part in try members(section.value) where section.name != "securitySchemes" {
                #expect(references.contains("#/components/\(section.name)/\(part.name)"), "\(part.name) is of no use")
            }
        }
        let schemas = files.filter { $0.hasSuffix(".schema.json") }
        #expect(schemas.subtracting(references).isEmpty)
    }

    @Test("Every operation is received from its queue's exchange and key", arguments: OrderOperation.allCases)
    func commands(operation: OrderOperation) throws {
        let name = AsyncAPI.name("receive", operation.rawValue)
        let receive = try #require(document["operations"]?[name])
        #expect(receive["action"] == "receive")
        let channel = try #require(receive["channel"]?["$ref"]?.text.flatMap(document.at))
        let exchange = ExchangeName(try #require(channel["bindings"]?["amqp"]?["exchange"]?["name"]?.text))
        let key = RoutingKey(try #require(channel["address"]?.text))
        let queue = QueueName(try #require(channel["x-queue"]?.text))
        #expect(queue == topology.queue(operation))
        #expect(topology.topology.bindings.contains(.init(exchange, to: queue, routingKey: key)))
        let message = try #require(firstMessage(of: receive))
        #expect(message["payload"]?["$ref"]?.text == ContractDocuments.commandSchemaPath(operation.rawValue))
        let answers = try #require(receive["reply"]?["messages"]?.elements)
        #expect(!answers.isEmpty && receive["reply"]?["channel"]?["$ref"] == "#/channels/replies")
        for answer in answers {
            #expect(answer["$ref"]?.text?.hasPrefix("#/channels/replies/messages/") == true)
        }
    }

    @Test(
        "Every outcome is sent to the exchange and key that the worker publishes it with",
        arguments: OrderOperation.allCases
    )
    func outcomes(operation: OrderOperation) throws {
        for outcome in OutcomeSchema.outcomes(of: operation) {
            let send = try #require(document["operations"]?[AsyncAPI.name("send", operation.rawValue, outcome)])
            #expect(send["action"] == "send")
            let channel = try #require(send["channel"]?["$ref"]?.text.flatMap(document.at))
            #expect(channel["address"] == .string("\(operation.rawValue).\(outcome)"))
            #expect(channel["bindings"]?["amqp"]?["exchange"]?["name"] == .string(topology.events.rawValue))
            let message = try #require(firstMessage(of: send))
            #expect(
                message["payload"]?["$ref"]?.text == ContractDocuments.outcomeSchemaPath(operation.rawValue, outcome)
            )
            #expect(message["bindings"]?["amqp"]?["messageType"] == message["name"])
        }
    }

    @Test("Dead letters are sent to their exchange, and lie in its queue with the published headers")
    func deadLetters() throws {
        let send = try #require(document["operations"]?["sendDeadLetter"])
        #expect(send["channel"]?["$ref"] == "#/channels/deadLetters")
        #expect(firstMessage(of: send)?["headers"]?["$ref"] == .string(ContractDocuments.deadLetterSchemaPath))
        let channel = document["channels"]?["deadLetters"]?["bindings"]?["amqp"]?["exchange"]?["name"]
        #expect(channel == .string(topology.deadLetters.rawValue))
        for (name, queue) in [
            ("deadLetterQueue", topology.deadLetter), ("unroutedEvents", topology.unroutedEvents),
            ("undelivered", topology.undelivered),
        ] {
            let binding = document["channels"]?[name]?["bindings"]?["amqp"]
            #expect(binding?["is"] == "queue" && binding?["queue"]?["name"] == .string(queue.rawValue))
        }
    }

    @Test("Exchanges and queues are those of the topology, with its kinds")
    func bindings() throws {
        let kinds = Dictionary(
            uniqueKeysWithValues: topology.topology.exchanges.map { ($0.name.rawValue, $0.kind.rawValue) }
        )
        let queues = Set(topology.topology.queues.map(\.name.rawValue))
        for channel in try members(document["channels"]) where channel.name != "replies" {
            let binding = try #require(channel.value["bindings"]?["amqp"])
            if binding["is"] == "queue" {
                #expect(queues.contains(binding["queue"]?["name"]?.text ?? ""), "\(channel.name)")
            } else {
                let exchange = try #require(binding["exchange"])
                #expect(exchange["type"]?.text == kinds[exchange["name"]?.text ?? ""], "\(channel.name)")
            }
            let place = try #require(binding["exchange"] ?? binding["queue"])
            #expect(place["durable"] == true && place["autoDelete"] == false && place["vhost"] == "/")
        }
        let outcomes = document["components"]?["operationTraits"]?["outcomes"]?["bindings"]?["amqp"]
        #expect(outcomes?["deliveryMode"] == 2 && outcomes?["timestamp"] == true)
    }

    @Test("An operation's messages are its channel's, and each has an example that fits")
    func messages() throws {
        for operation in try members(document["operations"]) {
            let channel = try #require(operation.value["channel"]?["$ref"]?.text)
            for message in operation.value["messages"]?.elements ?? [] {
                #expect(message["$ref"]?.text?.hasPrefix("\(channel)/messages/") == true, "\(operation.name)")
            }
        }
        let schemas = Dictionary(
            uniqueKeysWithValues: OrderOperation.allCases.flatMap { operation in
                [(ContractDocuments.commandSchemaPath(operation.rawValue), CommandSchema.event(operation))]
                    + OutcomeSchema.outcomes(of: operation).map {
                        (
                            ContractDocuments.outcomeSchemaPath(operation.rawValue, $0),
                            OutcomeSchema().event(operation, $0)
                        )
                    }
            }
        )
        for message in try members(document["components"]?["messages"]) where message.name != "deadLetter" {
            let schema = try #require(schemas[message.value["payload"]?["$ref"]?.text ?? ""], "\(message.name)")
            for example in try #require(message.value["examples"]?.elements) {
                #expect(schema.violation(in: try #require(example["payload"])) == nil, "\(message.name)")
            }
        }
        let letter = document["components"]?["messages"]?["deadLetter"]?["examples"]?.elements?.first
        #expect(DeadLetterHeaders.schema(isClosed: true).violation(in: try #require(letter?["headers"])) == nil)
    }

    @Test("The place of an answer's address is a member of the command's headers")
    func locations() throws {
        let receiving = try members(document["operations"]).filter { $0.value["reply"] != nil }
        #expect(receiving.count == OrderOperation.allCases.count)
        for operation in receiving {
            let location = try #require(operation.value["reply"]?["address"]?["location"]?.text)
            let prefix = "$message.header#/"
            #expect(location.hasPrefix(prefix), "\(operation.name)")
            let message = try #require(firstMessage(of: operation.value))
            let trait = message["traits"]?.elements?.first?["$ref"]?.text.flatMap(document.at)
            let headers = trait?["headers"]?["$ref"]?.text.flatMap(document.at)
            #expect(
                headers?["properties"]?[String(location.dropFirst(prefix.count))] != nil,
                "\(operation.name): \(location)"
            )
        }
    }

    @Test("Objects have the members that AsyncAPI 3.0 and the AMQP bindings 0.3.0 know, and those they want")
    func members() throws {
        for shape in AsyncAPIShape.all {
            let objects = document.all(along: shape.path)
            #expect(!objects.isEmpty, "nothing at \(shape.path)")
            for object in objects {
                let names = Set(try members(object).map(\.name)).filter { !$0.hasPrefix("x-") }
                #expect(names.subtracting(shape.known).isEmpty, "\(shape.path)")
                #expect(shape.wanted.subtracting(names).isEmpty, "\(shape.path)")
            }
        }
    }

    private func members(_ value: JSON?) throws -> [JSON.Object.Member] { try #require(value?.object).members }

    private func firstMessage(of operation: JSON) -> JSON? {
        let first = operation["messages"]?.elements?.first?["$ref"]?.text.flatMap(document.at)
        return first?["$ref"]?.text.flatMap(document.at)
    }
}
