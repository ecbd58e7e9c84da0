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
            for workers in 1...2 {
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
        #expect(total.isComplete)
    }

    /// Each of these may happen once, at every step of every order.
    static let troubles: [(title: String, faults: Set<Fault>, workers: Int)] = [
        ("crashes", [.crash, .crashInFlight], 1),
        ("lost connections and duplicates", [.cut, .duplicate], 1),
        ("answers of EMS", [.lostAnswer, .lostCall, .lateCall, .failedCall], 1),
        ("ledger and broker", [.failedLedger, .lostLedgerAnswer, .lostConfirm, .delay], 1),
        ("an edit by hand", [.edit], 1),
        ("two workers, one dies or is frozen", [.crash, .crashInFlight, .freeze], 2),
        ("two workers, late writes and duplicates", [.lateCall, .duplicate], 2),
    ]

    @Test("One trouble at every step of every order", arguments: troubles.indices)
    func oneTrouble(index: Int) async {
        let trouble = Self.troubles[index]
        var total = Exploration(title: "one trouble: \(trouble.title)", isComplete: true)
        for story in Story.all(isLong: Effort.isLong) {
            var scenario = story
            scenario.title += ", \(trouble.title)"
            (scenario.faults, scenario.maximumFaults, scenario.workers) = (trouble.faults, 1, trouble.workers)
            total.add(await explore(scenario))
        }
        Effort.tell(total.summary)
        #expect(total.isComplete)
    }

    @Test("A dead letter that is replayed at every step of what comes meanwhile")
    func replay() async {
        let scenario = Scenario(
            title: "a replay after a dead letter",
            beginning: .active,
            commands: [PlannedCommand("A", .renewSubscription), PlannedCommand("B", .renewWithUpsell, Commands.raise)],
            faults: [.failedCall, .lateCall, .replay],
            maximumFaults: 2,
            isImpatientWithEMS: true
        )
        let result = await explore(scenario)
        Effort.tell(result.summary)
        #expect(result.isComplete)
    }

    @Test("Two troubles", .enabled(if: Effort.isLong), arguments: [1, 2])
    func twoTroubles(workers: Int) async {
        for story in Story.all(isLong: true) {
            var scenario = story
            scenario.title += ", any two troubles, \(workers) workers"
            (scenario.faults, scenario.maximumFaults, scenario.workers) = (Set(Fault.allCases), 2, workers)
            Effort.tell(await explore(scenario).summary)
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
