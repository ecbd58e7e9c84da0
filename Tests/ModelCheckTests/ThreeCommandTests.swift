import OrderMessages
import SubscriptionLifecycle
import Testing

/// Three commands are too many for every order: ways are drawn by lot, to a stated count, with up to three troubles each.
@Suite("Three commands", .serialized)
struct ThreeCommandTests {
    static let triples: [(Beginning, [PlannedCommand])] = [
        (.absent, [.init("A", .startTrial), .init("B", .convertTrial), .init("C", .renewWithUpsell)]),
        (
            .absent,
            [
                .init("A", .createSubscription, nil, expecting: 0),
                .init("B", .renewWithUpsell, Commands.raise, expecting: 1),
                .init("C", .cancelSubscription, nil, expecting: 2),
            ]
        ),
        (.active, [.init("A", .renewWithUpsell), .init("B", .renewWithReducedTier), .init("C", .renewSubscription)]),
        (.trial, [.init("A", .convertTrial), .init("B", .convertTrial), .init("C", .cancelSubscription)]),
    ]

    @Test("Ways drawn by lot", arguments: triples.indices, [1, 2])
    func drawn(index: Int, workers: Int) async {
        let (beginning, commands) = Self.triples[index]
        let scenario = Scenario(
            title: "\(commands.map(\.operation.rawValue).joined(separator: ", ")), \(workers) workers",
            beginning: beginning,
            commands: commands,
            workers: workers,
            faults: Set(Fault.allCases),
            maximumFaults: 3,
            isImpatientWithEMS: index == 2
        )
        let count = Effort.executions ?? 40
        let seed = Effort.seed &+ UInt64(index * 2 + workers)
        let result = await onOwnThread { Explorer(scenario).draw(count, seed: seed) }
        Effort.tell("\(result.summary) (drawn, seed \(seed))")
        if result.violation != nil { Issue.record("\(result.story)\nseed \(seed)") }
        #expect(result.executions == count || result.violation != nil)
    }

    @Test("A planted bug is drawn too, and the way to it made short")
    func planted() async throws {
        let scenario = Scenario(
            title: "drawn with a planted bug",
            beginning: .active,
            commands: [
                PlannedCommand("A", .renewWithUpsell), PlannedCommand("B", .renewSubscription),
                PlannedCommand("C", .cancelSubscription),
            ],
            workers: 2,
            faults: Set(Fault.allCases),
            maximumFaults: 3
        )
        let result = await onOwnThread { Explorer(scenario, .laneIgnored).draw(200, seed: 7) }
        let violation = try #require(result.violation)
        Effort.tell(result.story)
        #expect(violation.texts.contains { $0.hasPrefix("one at a time:") })
        // Two commands must come and claim; nothing else is needed.
        #expect(violation.choices.count == 4)
        let again = await onOwnThread { Explorer(scenario, .laneIgnored).replay(violation.choices) }
        #expect(again == violation.texts)
    }
}
