import OrderMessages
import SubscriptionLifecycle
import Testing

/// Two workers on one ledger: what comes from outside, what comes too early, and what comes back.
@Suite("Two workers", .serialized)
struct TwoWorkerTests {
    /// What is explored; each is all explored well within the stated number of executions.
    struct Case: Sendable, CustomTestStringConvertible {
        static let bound = 5000

        var scenario: Scenario

        var testDescription: String { scenario.title }

        init(_ story: Scenario, _ title: String, _ faults: Set<Fault> = []) {
            scenario = story
            scenario.title += ", two workers, \(title)"
            (scenario.faults, scenario.maximumFaults, scenario.workers) = (faults, faults.isEmpty ? 0 : 1, 2)
        }
    }

    static let cases = premature + edits + others + [replay] + (Effort.isLong ? long : [])

    /// The second command has to wait, whichever worker gets it.
    private static var premature: [Case] {
        Story.premature.flatMap { story in
            [
                Case(story, "no trouble"), Case(story, "one dies", [.crash]),
                Case(story, "answers of EMS", [.lostAnswer, .lostCall, .lateCall, .failedCall]),
                Case(story, "duplicates", [.duplicate]), Case(story, "an end set by hand", [.edit]),
            ]
        }
    }

    /// Somebody edits the entitlement at every step.
    private static var edits: [Case] {
        HandEdit.allCases.map { edit in
            var story = Story.both[0]
            story.editing = edit
            return Case(story, "\(edit.rawValue) by hand", [.edit])
        }
    }

    /// What ``TwoCommandTests`` doesn't have for two workers.
    private static var others: [Case] {
        [
            Case(Story.both[0], "answers of EMS", [.lostAnswer, .lostCall, .failedCall]),
            Case(Story.both[0], "one dies in flight", [.crashInFlight]),
            Case(Story.both[0], "ledger", [.failedLedger, .lostLedgerAnswer]),
            Case(Story.both[0], "broker and time", [.lostConfirm, .delay]),
        ]
    }

    /// An operator replays a dead letter at every step of what comes meanwhile.
    private static var replay: Case {
        let story = Scenario(
            title: "a replay after a dead letter",
            beginning: .active,
            commands: [PlannedCommand("A", .renewSubscription), PlannedCommand("B", .renewWithUpsell, Commands.raise)],
            isImpatientWithEMS: true
        )
        var replay = Case(story, "an operator", [.failedCall, .replay])
        replay.scenario.maximumFaults = 2
        return replay
    }

    /// These take as long as all the others together.
    private static var long: [Case] {
        (Story.premature + Story.first).map { Case($0, "lost connections", [.cut]) }
            + [Case(Story.both[0], "one is frozen", [.freeze])]
    }

    @Test("Every step of both, in every order", arguments: cases)
    func explored(_ tried: Case) async {
        let result = await explore(tried.scenario, limit: Effort.executions ?? Case.bound)
        Effort.tell(result.summary)
        result.mustBeAll()
    }
}
