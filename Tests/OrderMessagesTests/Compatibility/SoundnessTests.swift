import OrderMessages
import SubscriptionLifecycle
import Testing

@Suite("What is called compatible is")
struct SoundnessTests {
    private struct Edit {
        let name: String
        let operation: OrderOperation
        let schema: JSON
        let breaksPublishers: Bool
        let breaksSubscribers: Bool
        let changes: [ContractChange]
    }

    /// An edited schema of a command, compared as the newer one, and once more as if it were an outcome's older one.
    private func edit(_ index: Int) throws -> Edit {
        var chance = Chance(seed: 11, index: index)
        let operation = chance.one(OrderOperation.allCases)
        let schema = CommandSchema.event(operation).json
        var editor = SchemaEditor(chance: chance)
        let edited = editor.edited(schema)
        let path = ContractDocuments.commandSchemaPath(operation.rawValue)
        let outcome = "outcomes/x.y.v1.schema.json"
        let forPublishers = ContractComparison.changes(from: [path: schema], to: [path: edited])
        let forSubscribers = ContractComparison.changes(from: [outcome: edited], to: [outcome: schema])
        return Edit(
            name: "edit \(index)",
            operation: operation,
            schema: edited,
            breaksPublishers: forPublishers.contains { $0.verdict != .compatible },
            breaksSubscribers: forSubscribers.contains { $0.verdict != .compatible },
            changes: forPublishers
        )
    }

    @Test(
        "A message that was valid is valid after every edit that breaks no publisher; an outcome, before every one that breaks no subscriber"
    )
    func soundness() async throws {
        var edits: [Edit] = []
        for index in 0..<800 {
            edits.append(try edit(index))
            // Others want the threads too.
            await Task.yield()
        }
        let fine = edits.filter { !$0.breaksPublishers || !$0.breaksSubscribers }
        let broken = edits.filter(\.breaksPublishers)
        // The judgement must say both often, or it says nothing.
        #expect(edits.count { !$0.breaksPublishers } > 100 && edits.count { !$0.breaksSubscribers } > 100)
        #expect(broken.count > 200)
        let schemas =
            fine.map { (name: $0.name, schema: $0.schema) }
            + broken.prefix(300).map { (name: "broken \($0.name)", schema: $0.schema) }
        let validator = try await PythonValidator(schemas: schemas)
        var cases: [PythonValidator.Case] = []
        for (index, edit) in fine.enumerated() {
            cases += messages(edit.operation, 12, seed: UInt64(index)).map { .init(schema: edit.name, bytes: $0) }
        }
        var wrong: [String] = []
        for (one, verdict) in zip(cases, try await validator.verdicts(on: cases)) where !verdict.isValid {
            let edit = fine.first { $0.name == one.schema }
            wrong.append("\(edit?.changes.map(\.description) ?? []): \(String(decoding: one.bytes, as: UTF8.self))")
        }
        let isSound = wrong.isEmpty
        #expect(isSound, "\(wrong.count) of \(cases.count); \(wrong.min { $0.count < $1.count } ?? "")")

        // And what it calls breaking mostly is: with a few dozen messages many of these edits refuse one.
        var refusing = 0
        for (index, edit) in broken.prefix(300).enumerated() {
            let cases = messages(edit.operation, 12, seed: UInt64(index)).map {
                PythonValidator.Case(schema: "broken \(edit.name)", bytes: $0)
            }
            if try await validator.verdicts(on: cases).contains(where: { !$0.isValid }) { refusing += 1 }
        }
        print(
            "compatibility: \(fine.count) of \(edits.count) edits are fine for somebody, \(cases.count) messages agree; of 300 that break publishers, \(refusing) refuse one of 12 messages"
        )
        #expect(refusing > 100)
    }

    /// Valid ones, half of them on the edge of a limit.
    private func messages(_ operation: OrderOperation, _ count: Int, seed: UInt64) -> [[UInt8]] {
        let schema = CommandSchema.event(operation)
        let limits = Limit.all(in: schema).filter { limit in
            if case .most(let most) = limit.rule, most > 100 { return false }
            return limit.sides.contains(.met)
        }
        var maker = Maker(chance: Chance(seed: seed &+ 77))
        return (0..<count).map { index in
            let wish = index % 2 == 0 ? nil : Maker.Wish(maker.chance.one(limits), .met)
            return maker.value(schema, wish).bytes
        }
    }
}
