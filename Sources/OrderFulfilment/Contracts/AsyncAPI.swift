import OrderMessages
import SubscriptionLifecycle

/// The contract as an AsyncAPI 3.0 document, seen from the worker: it receives commands and sends outcomes.
struct AsyncAPI {
    let topology: OrderTopology

    /// Where exchanges and queues are, unless the address of the broker says otherwise.
    static let virtualHost = "/"

    /// The media type of commands and outcomes.
    static let contentType = "application/cloudevents+json"

    /// The whole document.
    var document: JSON {
        [
            "asyncapi": "3.0.0",
            "id": "urn:order-worker:contract:asyncapi",
            "info": info,
            "defaultContentType": .string(Self.contentType),
            "servers": servers,
            "channels": channels,
            "operations": operations,
            "components": [
                "messages": messages,
                "messageTraits": messageTraits,
                "operationTraits": operationTraits,
                "schemas": ["commandHeaders": commandHeaders],
                "correlationIds": ["correlationid": correlationID],
                "securitySchemes": securitySchemes,
            ],
        ]
    }

    private var info: JSON {
        [
            "title": "Order worker",
            "version": "1.0.0",
            "description": .string(Self.description),
            "tags": [
                ["name": "commands", "description": "What publishers send."],
                ["name": "outcomes", "description": "What subscribers hear."],
                ["name": "operators", "description": "What is left for people to look at."],
            ],
        ]
    }

    private static let description = """
        Commands for subscriptions come in, outcomes go out. Everything here is told from the worker's side: what it \
        receives, publishers send; what it sends, subscribers receive. The names are those of the prefix `orders`, \
        which TOPOLOGY_PREFIX can replace. `source` and `id` of a command are its idempotency key; subscribers order \
        by `version` and drop what they have seen by `id`. Payloads are JSON Schema 2020-12; a tool that reads them as \
        Draft 07 overlooks `dependentRequired` and nothing else. Arguments of queues: topology.json. Codes: codes.json.
        """
}

extension AsyncAPI {
    /// A reference within the document.
    static func reference(_ path: String...) -> JSON { ["$ref": .string("#/" + path.joined(separator: "/"))] }

    /// A reference to a document beside this one.
    static func file(_ path: String) -> JSON { ["$ref": .string(path)] }

    /// An object of members in order.
    static func object(_ members: [(name: String, value: JSON)]) -> JSON {
        .object(JSON.Object(members.map { JSON.Object.Member($0.name, $0.value) }))
    }

    /// `renew-with-upsell` as `renewWithUpsell`.
    static func name(_ words: String...) -> String {
        let words = words.flatMap { $0.split(separator: "-") }
        return words.prefix(1).joined()
            + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}
