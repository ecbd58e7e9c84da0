import OrderMessages
import SubscriptionLifecycle
import Testing

@Suite("A disagreement is found and made small")
struct ShrinkerTests {
    @Test("A fault planted in an exported schema is found, and shown by the smallest message", arguments: Plant.all)
    func plants(plant: Plant) async throws {
        let path = ContractDocuments.commandSchemaPath(plant.operation.rawValue)
        let schemas = try Judge.schemas().map { name, schema in
            (name: name, schema: name == path ? schema.setting(plant.path, plant.value) : schema)
        }
        var run = Run(
            source: MessageSource(seed: 1),
            judge: Judge(validator: try await PythonValidator(schemas: schemas))
        )
        run.mostDisagreements = 1
        try await run.go(6000)
        let found = try #require(run.disagreements.first)
        #expect(found.message.operation == plant.operation)
        let smallest = try JSONReader.read(found.smallest.bytes)
        let key = smallest["data"]?["entitlementId"] == nil ? "subscriptionId" : "entitlementId"
        // Which of the two names an entitlement is all the same here.
        let wanted =
            key == "subscriptionId"
            ? plant.smallest
            : plant.smallest.setting(["data", "entitlementId"], "a").setting(["data", "subscriptionId"], nil)
        #expect(smallest.canonicalBytes == wanted.canonicalBytes, "\(found)")
    }

    @Test("A fault planted in the translation is found, and made small")
    func translation() async throws {
        let validator = try await PythonValidator(schemas: Judge.schemas())
        let judge = Judge(validator: validator) { message, operation in
            // As if every accent were taken for a control character.
            if String(decoding: message.body, as: UTF8.self).unicodeScalars.contains("\u{301}") {
                return .failure(Poison(.schemaViolation, "planted", path: "data"))
            }
            return Messages.translate(message, from: operation)
        }
        var run = Run(source: MessageSource(seed: 2), judge: judge)
        run.mostDisagreements = 1
        try await run.go(6000)
        let found = try #require(run.disagreements.first)
        #expect(found.judgement.worker == .refused && found.judgement.expected == .understood)
        #expect(found.smallest.json.unicodeScalars.contains("\u{301}"))
        #expect(found.smallest.bytes.count < 330, "\(found)")
    }

    @Test("What shows nothing once it is smaller stays as it is")
    func nothing() async throws {
        let draft = Draft.object([.init("a", .list([.number(12), .text("b")]))])
        let shrinker = Shrinker { drafts in drafts.map { $0 == draft } }
        #expect(try await shrinker.shrunk(draft) == draft)
    }
}

/// A fault in one exported schema, which the worker's own doesn't have.
struct Plant: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let operation: OrderOperation
    let path: [String]
    let value: JSON?
    let smallest: JSON

    private static func event(_ operation: OrderOperation, _ data: JSON) -> JSON {
        ["specversion": "1.0", "id": "a", "source": "a", "type": .string(operation.commandType), "data": data]
    }

    static let all = [
        Plant(
            testDescription: "a text may be one longer",
            operation: .cancelSubscription,
            path: ["properties", "data", "properties", "subscriptionId", "maxLength"],
            value: 101,
            smallest: event(.cancelSubscription, ["subscriptionId": .string(String(repeating: "a", count: 101))])
        ),
        Plant(
            testDescription: "a pattern allows a space",
            operation: .viewEntitlement,
            path: ["properties", "data", "properties", "subscriptionId", "pattern"],
            value: "^[A-Za-z0-9._: -]+$",
            smallest: event(.viewEntitlement, ["subscriptionId": " "])
        ),
        Plant(
            testDescription: "a required member isn't",
            operation: .cancelSubscription,
            path: ["properties", "data", "required"],
            value: nil,
            smallest: event(.cancelSubscription, [:])
        ),
        Plant(
            testDescription: "a number may be one less",
            operation: .viewEntitlement,
            path: ["properties", "data", "properties", "include", "maxItems"],
            value: 0,
            smallest: event(.viewEntitlement, ["subscriptionId": "a", "include": ["consumption"]])
        ),
    ]
}
