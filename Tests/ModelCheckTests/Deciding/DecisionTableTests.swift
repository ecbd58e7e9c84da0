import Foundation
import SubscriptionLifecycle
import Testing

/// Every state, command and outcome of the checks, each with each, against the published table.
@Suite("The decision table")
struct DecisionTableTests {
    @Test("Every state × command × outcome of every check is decided as the published table says")
    func everyCombination() throws {
        let table = try PublishedTable()
        var count = 0
        var answers: Set<String> = []
        for situation in Situation.all {
            for form in CommandForm.allCases {
                for troubles in form.combinations {
                    for expectation in Expectation.allCases {
                        for patience in [Patience.left, .exhausted] {
                            let command = form.command(situation, troubles, expectation)
                            let verdict = Lifecycle().decide(
                                command,
                                on: situation.snapshot(troubles, command),
                                today: World.today,
                                patience: patience
                            )
                            let expected = table.answer(situation, form, troubles, expectation, patience)
                            count += 1
                            answers.insert(expected)
                            guard verdict.answer != expected else { continue }
                            let names = troubles.map(\.rawValue).sorted()
                            Issue.record(
                                "\(situation), \(form), \(names), \(expectation), \(patience): \(verdict.answer), not \(expected)"
                            )
                        }
                    }
                }
            }
        }
        Effort.tell("decision table: \(count) combinations, \(answers.count) different answers")
        // 17 situations, 61 sets of troubles over the nine forms, 4 expectations, 2 patiences.
        #expect(count == 17 * 61 * 4 * 2)
    }

    @Test("No decision takes a term away, makes a trial of a subscription, or closes what wasn't cancelled")
    func everyDecision() {
        for situation in Situation.all {
            for form in CommandForm.allCases {
                let command = form.command(situation, [], .none)
                let snapshot = situation.snapshot([], command)
                guard
                    case .change(let decision) = Lifecycle().decide(
                        command,
                        on: snapshot,
                        today: World.today,
                        patience: .exhausted
                    )
                else { continue }
                let ends = decision.changes.filter { $0.field == .termEnd }
                for change in ends where [.renew, .upsell, .reduce].contains(form) {
                    guard case .date(let target) = change.target, case .date(let base) = change.base else { continue }
                    #expect(target > base)
                }
                if case .close = decision.plan { #expect(form.operation == .cancelSubscription) }
                if snapshot.subscription?.kind == .paid { #expect(decision.kind == .paid) }
                if form.operation != .convertTrial, let kind = snapshot.subscription?.kind {
                    #expect(decision.kind == kind)
                }
                #expect(decision.baseVersion == (snapshot.subscription?.version ?? 0))
            }
        }
    }

    @Test("A wrong cell of the table is seen")
    func planted() throws {
        let table = try PublishedTable()
        let lifecycle = try #require(Plant.convertedTwice.lifecycle)
        let active = try #require(Situation.all.first { $0.state == .active && !$0.endsWithTerm })
        let command = CommandForm.convert.command(active, [], .none)
        let snapshot = active.snapshot([], command)
        let verdict = lifecycle.decide(command, on: snapshot, today: World.today, patience: .exhausted)
        #expect(verdict.answer != table.answer(active, .convert, [], .none, .exhausted))
    }
}

extension Verdict {
    /// In the words of the published table.
    fileprivate var answer: String {
        switch self {
        case .change(let decision): "→ \(decision.state.rawValue)" + (decision.endsWithTerm ? ", ends with term" : "")
        case .rejected(let rejection): rejection.code.rawValue
        case .premature: "premature"
        }
    }
}
