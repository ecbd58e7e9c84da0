import OrderMessages
import SubscriptionLifecycle
import Testing

@Suite("The lifecycle document is what the rules do")
struct LifecycleDocumentTests {
    private let today = LocalDate(year: 2026, month: 3, day: 1) ?? .epoch

    private func document() throws -> JSON {
        let text = try #require(ContractDocuments.all().first { $0.path == "lifecycle.json" }).text
        return try JSONReader.read(Array(text.utf8))
    }

    @Test("It has a cell for every state and command")
    func cells() throws {
        let cells = try #require(document()["transitions"]?.elements)
        #expect(cells.count == SubscriptionState.allCases.count * TransitionTable.Column.allCases.count)
        let renewal = try #require(cells.first { $0["from"] == "lapsed" && $0["command"] == "renew" })
        #expect(renewal["to"] == "active")
        #expect(renewal["guards"]?.elements?.count == 2)
    }

    @Test("It has every check in the order of asking, with its codes and operations, and every rejection code")
    func checks() throws {
        let document = try document()
        let checks = try #require(document["checks"]?.elements)
        #expect(checks.map { $0["check"]?.text } == Check.Name.allCases.map(\.rawValue))
        for (check, name) in zip(checks, Check.Name.allCases) {
            #expect(check["step"]?.text == name.step.rawValue)
            #expect(check["meaning"]?.text?.isEmpty == false)
            #expect(check["otherwise"]?.elements?.map(\.text) == name.codes.map(\.rawValue))
            #expect(Set(check["operations"]?.elements?.map(\.text) ?? []) == Set(name.operations.map(\.rawValue)))
        }
        let codes = try #require(document["rejections"]?.elements)
        #expect(codes.map { $0["code"]?.text } == RejectionCode.allCases.map(\.rawValue))
        #expect(codes.allSatisfy { $0["meaning"]?.text?.isEmpty == false })
        // The table's guards are checks of the same names.
        let guards = try #require(document["guards"]?.elements).map { $0["guard"] }
        #expect(guards.allSatisfy { name in checks.contains { $0["check"] == name } })
    }

    @Test("What a preview shows as guards is in it, and for that operation", arguments: OrderOperation.allCases)
    func guardsOfPreviews(operation: OrderOperation) throws {
        let checks = try #require(document()["checks"]?.elements)
        for (name, event) in try Samples(operation: operation).all() {
            for shown in event.json["data"]?["guards"]?.elements ?? [] {
                let check = checks.first { $0["check"] == shown["guard"] }
                #expect(
                    check?["operations"]?.elements?.contains(.string(operation.rawValue)) == true,
                    "\(name): \(shown["guard"]?.text ?? "")"
                )
            }
        }
    }

    @Test("A term that has ended already leads on as time says, which the document tells")
    func endedTerms() throws {
        let document = try document()
        let note = try #require(document["description"]?.text)
        for (operation, state) in [(OrderOperation.createSubscription, "active"), (.startTrial, "trial")] {
            let example = try Examples.command(operation, "minimal")
            let name = operation == .startTrial ? "trial" : "term"
            let term: JSON =
                operation == .startTrial
                ? ["start": "2025-01-01", "days": 30] : ["start": "2025-01-01", "end": "2025-12-31"]
            let event = Messages.structured(example.setting(["data", name], term))
            guard case .change(let command) = try Translator().translate(event, from: operation).command else {
                throw SampleError.isRefused(operation)
            }
            let verdict = Lifecycle().decide(command, on: Snapshot(subscription: nil), today: today, patience: .left)
            guard case .change(let decision) = verdict else { throw SampleError.isRefused(operation) }
            let cell = document["transitions"]?.elements?.first {
                $0["from"] == "absent" && $0["command"]?.text == operation.column?.rawValue
            }
            #expect(cell?["to"]?.text == state)
            let later = document["time"]?.elements?.first { $0["from"]?.text == state }?["to"]?.text
            #expect(decision.state.rawValue == later)
            #expect(note.contains("to \(decision.state.rawValue) in place of \(state)"))
        }
    }
}
