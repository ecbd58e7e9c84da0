import OrderMessages
import SubscriptionLifecycle
import Testing

@Suite("Outcomes say what their schemas tell")
struct OutcomeAgreementTests {
    private static let names = OrderOperation.allCases.flatMap { operation in
        OutcomeSchema.outcomes(of: operation).map { "\(operation.rawValue).\($0)" }
    }

    @Test("Every event that the worker could write is valid, also where unknown members are refused")
    func events() async throws {
        var schemas: [(name: String, schema: JSON)] = []
        for operation in OrderOperation.allCases {
            for outcome in OutcomeSchema.outcomes(of: operation) {
                let name = "\(operation.rawValue).\(outcome)"
                let path = ContractDocuments.outcomeSchemaPath(operation.rawValue, outcome)
                let text = try #require(ContractDocuments.all().first { $0.path == path }).text
                schemas.append((name, try JSONReader.read(Array(text.utf8))))
                schemas.append(("closed \(name)", OutcomeSchema(isClosed: true).event(operation, outcome).json))
            }
        }
        let validator = try await PythonValidator(schemas: schemas)
        var seen: [String: Int] = [:]
        var wrong: [String] = []
        for batch in 0..<10 {
            let events = (0..<200).map { index in
                var maker = OutcomeMaker(chance: Chance(seed: 1, index: batch * 200 + index))
                return maker.event()
            }
            let cases = events.flatMap { event in
                ["", "closed "].map { PythonValidator.Case(schema: $0 + event.routingKey, bytes: event.encoded()) }
            }
            for (one, verdict) in zip(cases, try await validator.verdicts(on: cases)) {
                // The limits in bytes are the commands'.
                guard !verdict.isValid || !verdict.beyond.isSubset(of: [.bytes]) else { continue }
                wrong.append("\(one.schema): \(Draft(try JSONReader.read(one.bytes)).visible)")
            }
            for event in events { seen[event.routingKey, default: 0] += 1 }
        }
        let isRight = wrong.isEmpty
        #expect(isRight, "\(wrong.count) are not valid; the shortest: \(wrong.min { $0.count < $1.count } ?? "")")
        #expect(Self.names.allSatisfy { seen[$0] ?? 0 >= 5 }, "\(seen)")
    }
}
