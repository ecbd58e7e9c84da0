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

    @Test func `Some commands are sent in an order that alone is legal, and some entitlements were there before`()
        throws
    {
        let wish = PlanMaker.Wish(commands: 300, prefix: "t", hasOrder: true)
        var maker = PlanMaker(wish, today: Self.today, random: SplitMix(seed: 5))
        let plan = maker.make()
        let ordered = plan.histories.filter(\.isOrdered)
        #expect(!ordered.isEmpty && plan.sequences.count == ordered.count)
        let shuffled = Set(plan.messages.map(\.body))
        for message in plan.sequences.flatMap(\.self) { #expect(!shuffled.contains(message.body)) }
        let history = try #require(ordered.first)
        let swapped = [history.commands[0], history.commands[2], history.commands[1]]
        let course = Replay(
            successes: swapped.enumerated().map { .init(version: $0.offset + 1, command: $0.element.command) },
            edits: [],
            referee: Referee(today: Self.today)
        )
        #expect(course.courses().complaint?.contains("term-not-extended") == true)
        #expect(plan.histories.contains { $0.adopted != nil && $0.isNumbered })
        #expect(plan.histories.contains { $0.adopted != nil && !$0.isNumbered })
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
