import Foundation
import OrderMessages
import SubscriptionLifecycle
import Testing

/// Every invariant that the model checks is seen to fail: the proof that it can.
@Suite("Planted bugs")
struct PlantedBugTests {
    /// A bug, where it shows, and the invariant that must tell of it.
    struct Case: Sendable, CustomTestStringConvertible {
        var plant: Plant
        var invariant: String
        var scenario: Scenario

        var testDescription: String { "\(plant.rawValue): \(invariant)" }
    }

    static let cases: [Case] = [
        find(.endedGranted, "one outcome", [.init("A", .renewSubscription)], .duplicate),
        find(.decisionForgotten, "decide once", [.init("A", .renewSubscription)]),
        find(.laneIgnored, "one at a time", [.init("A", .renewSubscription), .init("B", .renewWithUpsell)]),
        find(.leftoverDenied, "rejected left nothing", [.init("A", .renewSubscription)]),
        find(
            .closedShownEnabled,
            "cancelled is final",
            [.init("A", .cancelSubscription), .init("B", .renewSubscription)]
        ),
        find(
            .convertedTwice,
            "one trial conversion",
            from: .trial,
            [.init("A", .convertTrial), .init("B", .convertTrial)]
        ),
        find(.termShortened, "no term shortened by a renewal", [.init("A", .renewSubscription)]),
        find(.versionSkipped, "versions count up by one", [.init("A", .renewSubscription)]),
        find(.publisherLies, "ack last", [.init("A", .renewSubscription)]),
        find(.completionForgotten, "ack last", [.init("A", .renewSubscription)]),
        find(.parkingForgotten, "ack last", from: .absent, [.init("A", .renewSubscription)]),
        find(.writtenTwice, "rejected left nothing", [.init("A", .renewWithUpsell, Commands.raise)]),
        find(.wokenUnpublished, "nothing lost", from: .absent, [.init("A", .renewSubscription)]),
        find(.settleSkipped, "applied once", [.init("A", .renewWithUpsell, Commands.raise)], .lateCall),
        find(.neverAnswered, "nothing stands still", [.init("A", .renewSubscription)]),
        find(.announcementForgotten, "nothing goes on for ever", [.init("A", .renewSubscription)]),
        find(.retriedForEver, "nothing goes on for ever", [.init("A", .renewSubscription)]),
        find(.intentForgotten, "converge", [.init("A", .renewWithUpsell, Commands.raise)], .crashInFlight),
    ]

    private static func find(
        _ plant: Plant,
        _ invariant: String,
        from beginning: Beginning = .active,
        _ commands: [PlannedCommand],
        _ faults: Fault...
    ) -> Case {
        let scenario = Scenario(
            title: "planted \(plant.rawValue)",
            beginning: beginning,
            commands: commands,
            faults: Set(faults),
            maximumFaults: faults.count
        )
        return Case(plant: plant, invariant: invariant, scenario: scenario)
    }

    @Test("A planted bug is found, and nothing where none is", arguments: cases)
    func isFound(_ bug: Case) async throws {
        let sound = await onOwnThread { Explorer(bug.scenario).run() }
        #expect(sound.violation == nil, "\(sound.story)")
        #expect(sound.isComplete)
        let found = await onOwnThread { Explorer(bug.scenario, bug.plant, breaking: bug.invariant).run() }
        let violation = try #require(found.violation, "\(bug.plant.rawValue) is not found: \(found.summary)")
        #expect(violation.texts.contains { $0.hasPrefix(bug.invariant + ":") }, "\(found.story)")
        Effort.tell(found.story)
        // The same choices lead to the same end.
        let again = await onOwnThread { Explorer(bug.scenario, bug.plant).replay(violation.choices) }
        #expect(again == violation.texts)
    }

    @Test("Every planted bug has its case, and every invariant its planted bug")
    func isComplete() throws {
        #expect(Set(Self.cases.map(\.plant)) == Set(Plant.allCases))
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        var invariants: Set<String> = []
        for name in ["World/World+Judging.swift", "Exploring/Explorer.swift"] {
            let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
            for match in text.matches(of: /"([a-z ]+): [^"]*"/) { invariants.insert(String(match.output.1)) }
        }
        // That is the model's own promise.
        invariants.remove("the model is not deterministic")
        #expect(invariants.count >= 14)
        #expect(Set(Self.cases.map(\.invariant)) == invariants)
    }
}
