import OrderMessages
import SubscriptionLifecycle
import Testing

/// Two commands on one subscription, in every order in which their steps can fall.
@Suite("Two commands", .serialized)
struct TwoCommandTests {
    static let operations = OrderOperation.allCases.filter { !$0.isRead }

    /// Each with each, itself included.
    static let pairs: [(OrderOperation, OrderOperation)] = operations.indices.flatMap { first in
        operations[first...].map { (operations[first], $0) }
    }

    @Test("Every pair of operations from every beginning, in every order", arguments: Beginning.allCases)
    func everyPair(beginning: Beginning) async {
        var total = Exploration(title: "every pair, from \(beginning.rawValue)", isComplete: true)
        for (first, second) in Self.pairs {
            // What one of two workers can do alone, one can: a single one is left to the long search.
            for workers in (Effort.isLong ? 1 : 2)...2 {
                let scenario = Scenario(
                    title: "\(first.rawValue) and \(second.rawValue), from \(beginning.rawValue), \(workers) workers",
                    beginning: beginning,
                    commands: [PlannedCommand("A", first), PlannedCommand("B", second)],
                    workers: workers
                )
                total.add(await explore(scenario))
            }
        }
        Effort.tell(total.summary)
        total.mustBeAll()
    }

    /// What may happen once, at every step of every order.
    struct Trouble: Sendable, CustomTestStringConvertible {
        var title: String
        var faults: Set<Fault>
        var workers = 1
        var editing = HandEdit.end
        /// Whether every run tries it on the second pair too.
        var isForBoth = false

        var testDescription: String { title }
    }

    static let troubles = [
        Trouble(title: "crashes", faults: [.crash, .crashInFlight], isForBoth: true),
        Trouble(title: "answers of EMS", faults: [.lostAnswer, .lostCall, .lateCall, .failedCall], isForBoth: true),
        Trouble(title: "lost connections and duplicates", faults: [.cut, .duplicate]),
        Trouble(title: "ledger, broker and time", faults: [.failedLedger, .lostLedgerAnswer, .lostConfirm, .delay]),
        Trouble(title: "an end set by hand", faults: [.edit]),
        Trouble(title: "disabled by hand", faults: [.edit], editing: .disable),
        Trouble(title: "closed by hand", faults: [.edit], editing: .close),
        Trouble(
            title: "two workers, one dies",
            faults: Effort.isLong ? [.crash, .crashInFlight] : [.crash],
            workers: 2
        ),
        Trouble(title: "two workers, late writes", faults: [.lateCall], workers: 2),
        Trouble(title: "two workers, duplicates", faults: [.duplicate], workers: 2),
    ]

    @Test("One trouble at every step of every order", arguments: troubles)
    func oneTrouble(_ trouble: Trouble) async {
        var total = Exploration(title: "one trouble: \(trouble.title)", isComplete: true)
        for story in Effort.isLong ? Story.all : trouble.isForBoth ? Story.both : Story.first {
            var scenario = story
            scenario.title += ", \(trouble.title)"
            (scenario.faults, scenario.maximumFaults, scenario.workers) = (trouble.faults, 1, trouble.workers)
            scenario.editing = trouble.editing
            total.add(await explore(scenario))
        }
        Effort.tell(total.summary)
        total.mustBeAll()
    }

    @Test("A worker frozen past its lease at every step")
    func frozen() async {
        // With a second command, or one that comes twice, there are many more: the long search has time for them.
        for story in Effort.isLong ? Story.all : Story.first {
            var scenario = story
            scenario.title += ", two workers, one is frozen"
            scenario.commands = Effort.isLong ? story.commands : Array(story.commands.prefix(1))
            scenario.faults = Effort.isLong ? [.freeze, .duplicate] : [.freeze]
            (scenario.maximumFaults, scenario.workers) = (Effort.isLong ? 2 : 1, 2)
            let result = await explore(scenario)
            Effort.tell(result.summary)
            result.mustBeAll()
        }
    }

    @Test("A dead letter that is replayed at every step of what comes meanwhile")
    func replay() async {
        let scenario = Scenario(
            title: "a replay after a dead letter",
            beginning: .active,
            commands: [PlannedCommand("A", .renewSubscription), PlannedCommand("B", .renewWithUpsell, Commands.raise)],
            faults: Effort.isLong ? [.failedCall, .lateCall, .replay] : [.failedCall, .replay],
            maximumFaults: 2,
            isImpatientWithEMS: true
        )
        let result = await explore(scenario)
        Effort.tell(result.summary)
        result.mustBeAll()
    }

    @Test("Two troubles", .enabled(if: Effort.isLong), arguments: [1, 2])
    func twoTroubles(workers: Int) async {
        for story in Story.all {
            var scenario = story
            scenario.title += ", any two troubles, \(workers) workers"
            (scenario.faults, scenario.maximumFaults, scenario.workers) = (Set(Fault.allCases), 2, workers)
            let result = await explore(scenario)
            Effort.tell(result.summary)
            result.mustBeAll()
        }
    }
}

/// Explores a scenario; what must not be is an issue, with the shortest way to it.
@discardableResult
func explore(_ scenario: Scenario, limit: Int = Effort.executions ?? 100_000) async -> Exploration {
    let result = await onOwnThread { Explorer(scenario, maximumExecutions: limit).run() }
    if result.violation != nil { Issue.record("\(result.story)") }
    return result
}
