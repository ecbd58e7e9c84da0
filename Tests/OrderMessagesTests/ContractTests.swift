import Foundation
import OrderMessages
import SubscriptionLifecycle
import Testing

/// `Contracts/` is written by code: with `UPDATE_CONTRACTS=1` these tests write it, else they compare.
@Suite("Contracts are what the code says")
struct ContractTests {
    @Test("Every generated document is the committed one")
    func documents() throws {
        for document in ContractDocuments.all() {
            #expect(
                try !Examples.differs(document.path, document.text),
                "\(document.path): write it with UPDATE_CONTRACTS=1 swift test"
            )
        }
    }

    @Test("Nothing is left behind of what the code no longer says")
    func leftovers() throws {
        for folder in ["commands", "outcomes"] {
            let files = try FileManager.default.contentsOfDirectory(
                atPath: Examples.contracts.appending(path: folder).path
            )
            let generated = ContractDocuments.all().map(\.path).filter { $0.hasPrefix("\(folder)/") }
            #expect(Set(files.map { "\(folder)/\($0)" }) == Set(generated))
        }
        for operation in OrderOperation.allCases {
            let committed = try Examples.all().filter { $0.operation == operation && $0.outcome != nil }.map(\.name)
            #expect(try Set(committed) == Set(Samples(operation: operation).all().map(\.name)))
        }
    }

    @Test("Every outcome has its example, byte for byte what the worker writes", arguments: OrderOperation.allCases)
    func outcomeExamples(operation: OrderOperation) throws {
        for (name, event) in try Samples(operation: operation).all() {
            let path = "examples/\(operation.rawValue)/\(name).json"
            #expect(try !Examples.differs(path, event.json.prettyText), "\(path)")
        }
        let outcomes = Set(try Examples.all().filter { $0.operation == operation }.compactMap(\.outcome))
        #expect(outcomes == Set(OutcomeSchema.outcomes(of: operation)))
    }

    @Test("Every example of a command is understood, every poison is not, and its verdict is the committed one")
    func commandExamples() throws {
        let examples = try Examples.all().filter { $0.outcome == nil }
        #expect(examples.filter(\.isCommand).count == 2 * OrderOperation.allCases.count)
        for example in examples {
            let message = WireMessage(contentType: "application/cloudevents+json", body: example.bytes)
            let failure = Messages.translate(message, from: example.operation).failure
            #expect((failure == nil) == example.isCommand, "\(example.path): \(failure?.detail ?? "understood")")
            guard example.isPoison else { continue }
            let path = example.path.replacing(".json", with: ".verdict.json")
            #expect(try !Examples.differs(path, ContractValidation.verdict(on: example.bytes).prettyText), "\(path)")
        }
    }

    @Test("Every example fits its schema, or as a poison doesn't, to us and to a standard validator")
    func standardValidator() throws {
        let examples = try Examples.all()
        var cases = examples.map { ($0.schemaPath, String(decoding: $0.bytes, as: UTF8.self)) }
        // A standard validator that finds nothing wrong with this would find nothing wrong with anything.
        cases.append((ContractDocuments.commandSchemaPath("view-entitlement"), "{}"))
        let schemas = ContractDocuments.all().filter { $0.path.hasSuffix(".schema.json") }.map {
            (name: $0.path, text: $0.text)
        }
        #expect(schemas.count == 9 + 7 * 4 + 3 + 4)
        let verdicts = try StandardValidator.verdicts(on: cases, schemas: schemas)
        try #require(verdicts.count == cases.count)
        #expect(verdicts.last == false)
        for (example, isValid) in zip(examples, verdicts) {
            #expect(isValid == !example.isPoison, "\(example.path)")
            let schema =
                example.outcome.map { OutcomeSchema().event(example.operation, $0) }
                ?? CommandSchema.event(example.operation)
            #expect((schema.violation(in: try JSONReader.read(example.bytes)) == nil) == isValid, "\(example.path)")
        }
    }

    @Test("The lifecycle document has a cell for every state and command")
    func lifecycle() throws {
        let text = try #require(ContractDocuments.all().first { $0.path == "lifecycle.json" }).text
        let cells = try #require(JSONReader.read(Array(text.utf8))["transitions"]?.elements)
        #expect(cells.count == SubscriptionState.allCases.count * TransitionTable.Column.allCases.count)
        let renewal = try #require(cells.first { $0["from"] == "lapsed" && $0["command"] == "renew" })
        #expect(renewal["to"] == "active")
        #expect(renewal["guards"]?.elements?.count == 2)
    }
}
