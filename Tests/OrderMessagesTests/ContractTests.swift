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
        for folder in ["commands", "outcomes", "dead-letters"] {
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

    @Test("What is derived of the minimal commands is the committed file", arguments: OrderOperation.allCases)
    func derivedExamples(operation: OrderOperation) throws {
        for (name, json) in try Examples.derived(operation) {
            let path = "examples/\(operation.rawValue)/\(name).json"
            #expect(try !Examples.differs(path, json.prettyText), "\(path)")
        }
    }

    @Test("Every example of a command is understood, every poison is not, and its verdict is the committed one")
    func commandExamples() throws {
        let examples = try Examples.all().filter { $0.outcome == nil }
        for operation in OrderOperation.allCases {
            let names = examples.filter { $0.operation == operation && $0.isCommand }.map(\.name)
            #expect(Set(names) == Set(["minimal", "full"] + (operation.isRead ? [] : ["identity-conflict"])))
        }
        for example in examples {
            #expect(example.isCommand != example.isPoison, "\(example.path) is of no kind")
            let message = WireMessage(contentType: "application/cloudevents+json", body: example.bytes)
            let failure = Messages.translate(message, from: example.operation).failure
            #expect((failure == nil) == example.isCommand, "\(example.path): \(failure?.detail ?? "understood")")
            guard example.isPoison else { continue }
            let path = example.path.replacing(".json", with: ".verdict.json")
            let verdict = ContractValidation.verdict(on: example.bytes, from: example.operation)
            #expect(verdict.object?.members.map(\.name) == ["valid", "reason", "path", "detail"], "\(path)")
            #expect(try !Examples.differs(path, verdict.prettyText), "\(path)")
        }
    }

    @Test("Every operation has a poison for every reason of a translation", arguments: OrderOperation.allCases)
    func everyReason(operation: OrderOperation) throws {
        let poison = try Examples.all().filter { $0.operation == operation && $0.isPoison }
        var reasons = Set(
            poison.compactMap {
                ContractValidation.verdict(on: $0.bytes, from: operation)["reason"]?.text
                    .flatMap(DeadLetterReason.init(rawValue:))
            }
        )
        // A megabyte of blanks needs no file.
        let large = try Examples.command(operation, "full").compactBytes + Array(repeating: 0x20, count: 1 << 20)
        if let reason = Messages.translate(WireMessage(body: large), from: operation).failure?.reason {
            reasons.insert(reason)
        }
        #expect(reasons == Set(DeadLetterReason.allCases.filter(\.isFoundByTranslating)))
        #expect(reasons.isSubset(of: DeadLetterReason.allCases.filter { $0.operations.contains(operation) }))
    }

    @Test("Every operation has a rejection for every code, with what the rules saw", arguments: OrderOperation.allCases)
    func everyCode(operation: OrderOperation) throws {
        let rejected = try Examples.all().filter {
            $0.operation == operation && $0.outcome == Outcome.rejected.rawValue
        }
        let codes = try rejected.map { try JSONReader.read($0.bytes)["data"]?["rejection"]?["code"]?.text }
        #expect(codes.count == operation.rejectionCodes.count)
        #expect(Set(codes) == Set(operation.rejectionCodes.map(\.rawValue)))
        for (example, code) in zip(rejected, codes) { #expect(example.name == "rejected-\(code ?? "")") }
    }

    @Test("An identity used twice is the same identity with another fingerprint")
    func identityConflicts() throws {
        for operation in OrderOperation.allCases where !operation.isRead {
            let orders = try ["minimal", "identity-conflict"].map { name in
                try Translator().translate(Messages.structured(Examples.command(operation, name)), from: operation)
            }
            #expect(orders[0].envelope.identity == orders[1].envelope.identity)
            #expect(orders[0].fingerprint != orders[1].fingerprint)
        }
    }

    @Test("Every example is read and written again without a loss")
    func readAndWritten() throws {
        for example in try Examples.all() {
            let json = try JSONReader.read(example.bytes)
            #expect(try JSONReader.read(json.compactBytes) == json, "\(example.path)")
            #expect(try JSONReader.read(Array(json.prettyText.utf8)) == json, "\(example.path)")
        }
    }

    @Test("What a command was read as says the same again, with nothing lost and only defaults added")
    func typedAndWritten() throws {
        let added: Set<String> = ["effective", "from", "lineItems"]
        // A read looks for an entitlement, whoever asks and why.
        let overlooked: Set<String> = ["orderId", "purchaseOrder", "requestedBy", "reason"]
        for example in try Examples.all() where example.isCommand {
            let event = try JSONReader.read(example.bytes)
            let order = try Translator().translate(Messages.structured(event), from: example.operation)
            let again = try Translator().translate(
                Messages.structured(event.setting(["data"], order.command.data)),
                from: example.operation
            )
            #expect(again.command == order.command, "\(example.path)")
            let before = try #require(event["data"]).places
            let after = order.command.data.places
            let lost = before.subtracting(after).filter { !example.operation.isRead || !overlooked.contains($0.name) }
            #expect(lost.isEmpty, "\(example.path)")
            #expect(after.subtracting(before).allSatisfy { added.contains($0.name) }, "\(example.path)")
            // As the ledger keeps it.
            guard case .change(let command) = order.command else { continue }
            let kept = try JSONEncoder().encode(command)
            #expect(try JSONDecoder().decode(ChangeCommand.self, from: kept) == command, "\(example.path)")
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
        #expect(schemas.count == 9 + 7 * 4 + 3 + 4 + 1)
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
}

/// A value that holds no others, with the way to it.
private struct Place: Hashable {
    var path: String
    var name: String
    var value: JSON
}

extension JSON {
    /// Every leaf, whatever the order of members.
    fileprivate var places: Set<Place> { places(at: "", "") }

    private func places(at path: String, _ name: String) -> Set<Place> {
        switch self {
        case .object(let object) where !object.members.isEmpty:
            Set(object.members.flatMap { $0.value.places(at: "\(path).\($0.name)", $0.name) })
        case .array(let elements) where !elements.isEmpty:
            Set(elements.enumerated().flatMap { $0.element.places(at: "\(path)[\($0.offset)]", name) })
        case .null, .bool, .integer, .number, .string, .array, .object: [Place(path: path, name: name, value: self)]
        }
    }
}
