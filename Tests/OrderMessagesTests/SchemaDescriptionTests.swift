import OrderMessages
import SubscriptionLifecycle
import Testing

@Suite("Schemas explain themselves")
struct SchemaDescriptionTests {
    /// Every schema that is published, by its path.
    private static let schemas: [(path: String, schema: Schema)] =
        OrderOperation.allCases.flatMap { operation in
            [(ContractDocuments.commandSchemaPath(operation.rawValue), CommandSchema.event(operation))]
                + OutcomeSchema.outcomes(of: operation).map { outcome in
                    (
                        ContractDocuments.outcomeSchemaPath(operation.rawValue, outcome),
                        OutcomeSchema().event(operation, outcome)
                    )
                }
        } + [(ContractDocuments.deadLetterSchemaPath, DeadLetterHeaders.schema())]

    @Test("Every field says what it means, and every leaf shows a value that fits it")
    func fields() {
        for (path, schema) in Self.schemas {
            for (name, field) in schema.fields {
                #expect(field.summary?.isEmpty == false, "\(path): \(name) has no description")
                let shown = field.json["examples"]?.elements ?? []
                if field.isLeaf { #expect(!shown.isEmpty, "\(path): \(name) has no example") }
                for value in shown {
                    let violation = field.violation(in: value)
                    #expect(violation == nil, "\(path): \(name): the example \(violation?.message ?? "")")
                }
            }
        }
    }

    @Test(
        "What a command's schema says of dry runs and versions is true of it",
        arguments: OrderOperation.allCases
    )
    func perOperation(operation: OrderOperation) throws {
        let fields = CommandSchema.event(operation).fields
        func summary(_ name: String) -> String { fields.first { $0.name == name }?.schema.summary ?? "" }
        // A read has no previewed outcome.
        #expect(summary("dryrun").contains("previewed") == !operation.isRead)
        #expect(OutcomeSchema.outcomes(of: operation).contains("previewed") == !operation.isRead)
        let version = summary("data.expectedVersion")
        #expect(version.isEmpty == operation.isRead)
        #expect(version.contains("the command waits") == (!operation.isRead && !operation.createsSubscription))
        #expect(version.contains("never waits") == operation.createsSubscription)
    }

    @Test("A standard validator takes every example too")
    func standardValidator() throws {
        var schemas: [(name: String, text: String)] = []
        var cases: [StandardValidator.Case] = []
        for (path, schema) in Self.schemas {
            for (name, field) in schema.fields {
                guard let value = field.json["examples"]?.elements?.first else { continue }
                schemas.append(("\(path) \(name)", field.json.compactText))
                cases.append(("\(path) \(name)", value.compactText))
            }
        }
        let verdicts = try StandardValidator.verdicts(on: cases, schemas: schemas)
        #expect(verdicts.count == cases.count && cases.count > 1000)
        for (example, isValid) in zip(cases, verdicts) { #expect(isValid, "\(example.schema): \(example.text)") }
    }

    @Test("What a schema makes of its examples is a whole message that fits it")
    func wholes() throws {
        let cases = try Self.schemas.map { path, schema in
            let example = try #require(schema.example, "\(path): a field without an example")
            let violation = schema.violation(in: example)
            #expect(violation == nil, "\(path): \(violation?.path.description ?? "") \(violation?.message ?? "")")
            return (path, example.compactText)
        }
        let schemas = Self.schemas.map { ($0.path, $0.schema.json.compactText) }
        #expect(try !StandardValidator.verdicts(on: cases, schemas: schemas).contains(false))
    }
}

extension Schema {
    /// The members at every depth, by path.
    fileprivate var fields: [(name: String, schema: Schema)] {
        switch kind {
        case .object(let rules):
            rules.properties.flatMap { property in
                [(property.name, property.schema)]
                    + property.schema.fields.map { ("\(property.name).\($0.name)", $0.schema) }
            }
        case .list(let rules): rules.element.fields.map { ("[].\($0.name)", $0.schema) }
        case .anything, .flag, .integer, .text, .constant, .oneOf, .scalar: []
        }
    }

    fileprivate var isLeaf: Bool {
        switch kind {
        // What has no names of its own is a leaf too: names and values are the sender's.
        case .object(let rules): rules.properties.isEmpty
        case .list: false
        case .anything, .flag, .integer, .text, .constant, .oneOf, .scalar: true
        }
    }
}
