import SubscriptionLifecycle

/// The published form of the contract, from the values that the running code uses.
public enum ContractDocuments {
    /// A file below `Contracts/`.
    public typealias Document = (path: String, text: String)

    /// Every generated document of this module, in the order of their paths.
    ///
    /// The topology's is made where the topology is; the caller appends it.
    public static func all() -> [Document] {
        let documents = commandSchemas() + outcomeSchemas + [deadLetterSchema, lifecycle, lifecyclePicture, codes]
        return documents.sorted { $0.path < $1.path }
    }

    /// Where the schema of an operation's command stands.
    public static func commandSchemaPath(_ operation: String, version: Int = 1) -> String {
        "commands/\(operation).v\(version).schema.json"
    }

    /// Where the schema of an outcome stands.
    public static func outcomeSchemaPath(_ operation: String, _ outcome: String) -> String {
        "outcomes/\(operation).\(outcome).v1.schema.json"
    }

    /// A schema for each version of each command.
    public static func commandSchemas(_ versions: CommandVersions = .published) -> [Document] {
        OrderOperation.allCases.flatMap { operation in
            versions.history(of: operation).versions.map { version in
                let name = "\(operation.rawValue):v\(version.number)"
                let title = "orders.\(operation.rawValue).v\(version.number)"
                return (
                    commandSchemaPath(operation.rawValue, version: version.number),
                    document(version.event, id: "commands:\(name)", title: title).prettyText
                )
            }
        }
    }

    private static var outcomeSchemas: [Document] {
        OrderOperation.allCases.flatMap { operation in
            OutcomeSchema.outcomes(of: operation).map { outcome in
                let schema = OutcomeSchema().event(operation, outcome)
                let name = "\(operation.rawValue).\(outcome)"
                return (
                    outcomeSchemaPath(operation.rawValue, outcome),
                    document(schema, id: "outcomes:\(name):v1", title: "orders.\(name).v1").prettyText
                )
            }
        }
    }

    /// Where the schema of the headers of a dead letter stands.
    public static let deadLetterSchemaPath = "dead-letters/headers.v1.schema.json"

    private static var deadLetterSchema: Document {
        let schema = DeadLetterHeaders.schema()
        let document = document(schema, id: "dead-letters:headers:v1", title: "The headers of a dead letter")
        return (deadLetterSchemaPath, document.prettyText)
    }

    private static var lifecyclePicture: Document { ("lifecycle.svg", LifecycleDrawing().svg) }

    private static func document(_ schema: Schema, id: String, title: String) -> JSON {
        var document = JSON.Object()
        document.append("$schema", "https://json-schema.org/draft/2020-12/schema")
        document.append("$id", "urn:order-worker:contract:\(id)")
        document.append("title", title)
        document.members += schema.json.object?.members ?? []
        return .object(document)
    }

    private static var codes: Document {
        let codes: JSON = [
            "rejections": .array(
                RejectionCode.allCases.map { $0.explanation.json("code", $0.rawValue, $0.operations) }
            ),
            "deadLetters": .array(
                DeadLetterReason.allCases.map { $0.explanation.json("reason", $0.rawValue, $0.operations) }
            ),
        ]
        return ("codes.json", codes.prettyText)
    }
}
