import SubscriptionLifecycle
import Testing

@testable import Chaos

/// The plan of a cell is its seed's alone, and has everything in it.
@Suite struct PlanTests {
    static let today = LocalDate("2026-06-15") ?? .epoch

    static func plan(_ seed: UInt64, edits: Bool = false) -> Plan {
        let wish = PlanMaker.Wish(commands: 300, prefix: "t", hasEdits: edits)
        var maker = PlanMaker(wish, today: today, random: SplitMix(seed: seed))
        return maker.make()
    }

    @Test func `The same seed makes the same plan, another one another`() {
        func bodies(_ seed: UInt64) -> [[UInt8]] { Self.plan(seed).messages.map(\.body) }
        #expect(bodies(1) == bodies(1))
        #expect(bodies(1) != bodies(2))
    }

    @Test func `A plan has every operation, legal and illegal commands, duplicates, poison and edits`() {
        let plan = Self.plan(3, edits: true)
        let commands = plan.histories.flatMap(\.commands)
        #expect(Set(commands.map(\.command.operation)).count == 7)
        let numbered = plan.histories.filter(\.isNumbered).flatMap(\.commands)
        #expect(numbered.contains(where: \.isLink) && numbered.contains { !$0.isLink })
        #expect(plan.messages.count > Set(plan.messages.map(\.body)).count)
        #expect(!plan.letters.isEmpty && !plan.reads.isEmpty)
        #expect(plan.histories.contains { !$0.edits.isEmpty })
    }

    @Test func `Every combination comes once before one comes again`() {
        let cells = CellSpec.all(
            seed: 7,
            commands: Death.all.count * Fault.allCases.count * 10,
            perCell: 10,
            workers: 1
        )
        let pairs = Set(cells.map { "\($0.death) \($0.fault)" })
        #expect(cells.count == pairs.count && pairs.count == Death.all.count * Fault.allCases.count)
    }
}
