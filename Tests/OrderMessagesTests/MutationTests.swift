import OrderMessages
import SubscriptionLifecycle
import Testing

@Suite("The translator reads its schemas as the standard does")
struct MutationTests {
    @Test("For thousands of damaged commands, the translator and a standard validator agree", arguments: [UInt64(1)])
    func mutations(seed: UInt64) throws {
        var mutator = Mutator(seed: seed)
        var commands: [(operation: OrderOperation, event: JSON)] = []
        for operation in OrderOperation.allCases {
            for name in ["minimal", "full"] { commands.append((operation, try Examples.command(operation, name))) }
        }
        var cases: [StandardValidator.Case] = []
        var results: [(text: String, poison: Poison?)] = []
        for index in 0..<6000 {
            let (operation, event) = commands[index % commands.count]
            let text = mutator.mutated(event)
            let message = WireMessage(body: Array(text.utf8))
            results.append((text, Messages.translate(message, from: operation).failure))
            cases.append((ContractDocuments.commandSchemaPath(operation.rawValue), text))
        }
        let schemas = ContractDocuments.all().filter { $0.path.hasPrefix("commands/") }.map {
            (name: $0.path, text: $0.text)
        }
        let verdicts = try StandardValidator.verdicts(on: cases, schemas: schemas)
        try #require(verdicts.count == results.count)
        for ((text, poison), isValid) in zip(results, verdicts) {
            #expect((poison == nil) == isValid, "\(poison?.detail ?? "understood") \(text)")
            // What has a reason of its own is a violation of the schema too; nothing of it is malformed.
            #expect(poison?.reason != .malformedMessage && poison?.reason != .tooLarge, "\(text)")
        }
        // Both verdicts must be there in numbers, or the comparison says nothing.
        let valid = verdicts.count { $0 }
        #expect((600...5400).contains(valid), "\(valid) of \(verdicts.count) are valid")
    }
}

/// Damages JSON at a random place, the same way for the same seed.
private struct Mutator {
    /// SplitMix64.
    struct Numbers: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private var numbers: Numbers

    /// Stands for the number `2.0`, which our writer would write as `2`.
    private static let twoPointZero = "@2.0@"

    private static let values: [JSON] = [
        .null, true, false, 0, 1, -1, 12, 1000, 1201, 4000, 40000, 2_000_000_000, .number(1.5), .number(1e300), "", "x",
        "a b",
        "a\n", "\u{0}", "é", "1.0", "2026-03-01", "2026-02-30", "2024-02-29", "2026-3-1", "2026-03-01\n",
        "kim@example.com",
        "kim@", "2026-03-01T12:00:00Z", "2026-03-01T25:00:00Z", "active", "consumption", "expiry", "withdraw",
        "application/json; charset=utf-8", .string(twoPointZero), .string(String(repeating: "n", count: 50)),
        .string(String(repeating: "n", count: 101)), .string(String(repeating: "n", count: 256)), [], [:], ["x"], ["1"],
        ["consumption", "consumption"], ["end": "2027-01-01"], ["months": 3], ["externalId": "X"],
        ["name": "N", "version": ""],
    ]

    private static let names = [
        "subscriptionId", "entitlementId", "term", "trial", "end", "months", "days", "start", "from", "lineItems",
        "add", "remove",
        "change", "externalId", "identifier", "id", "name", "version", "quantity", "lineId", "attributes", "contact",
        "dryrun",
        "expectedVersion", "reason", "include", "filter", "states", "effective", "extension", "Extension",
        "data_base64", "a\u{1}",
    ]

    init(seed: UInt64) { numbers = Numbers(state: seed) }

    mutating func mutated(_ event: JSON) -> String {
        var event = event
        for _ in 0..<Int.random(in: 1...2, using: &numbers) { event = damage(event) }
        return event.compactText.replacing("\"\(Self.twoPointZero)\"", with: "2.0")
    }

    /// Goes down with a good chance, so that deep places are damaged as often as those near the root.
    private mutating func damage(_ value: JSON) -> JSON {
        let goesDown = Int.random(in: 0..<100, using: &numbers) < 75
        switch value {
        case .object(var object) where !object.members.isEmpty:
            // Mostly into data: the attributes around it are few.
            let data = object.members.firstIndex { $0.name == "data" }
            let isInData = Int.random(in: 0..<100, using: &numbers) < 80
            let random = Int.random(in: 0..<object.members.count, using: &numbers)
            let index = isInData ? data ?? random : random
            if goesDown {
                object.members[index].value = damage(object.members[index].value)
            } else {
                damage(&object, at: random)
            }
            return .object(object)
        case .array(var elements) where !elements.isEmpty:
            let index = Int.random(in: 0..<elements.count, using: &numbers)
            if goesDown {
                elements[index] = damage(elements[index])
            } else if Bool.random(using: &numbers) {
                elements.append(elements[index])
            } else {
                elements.remove(at: index)
            }
            return .array(elements)
        case .null, .bool, .integer, .number, .string, .array, .object: return anyValue()
        }
    }

    private mutating func damage(_ object: inout JSON.Object, at index: Int) {
        let name = Self.names.randomElement(using: &numbers) ?? "x"
        let isNew = !object.members.contains { $0.name == name }
        switch Int.random(in: 0..<4, using: &numbers) {
        case 0: object.members.remove(at: index)
        case 1 where isNew: object.members.append(.init(name, anyValue()))
        case 2 where isNew: object.members[index].name = name
        default: object.members[index].value = anyValue()
        }
    }

    private mutating func anyValue() -> JSON { Self.values.randomElement(using: &numbers) ?? .null }
}
