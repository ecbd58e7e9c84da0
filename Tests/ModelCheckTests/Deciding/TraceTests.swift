import Foundation
import SubscriptionLifecycle
import Testing

/// The guards that a decision tells, for every state, command and outcome of the checks.
@Suite("The trace of a decision")
struct TraceTests {
    @Test(
        "With a trace the verdict is the same, the guards come in the contract's order, and the one that fails is the last"
    )
    func everyCombination() {
        var count = 0
        var names: Set<Check.Name> = []
        for situation in Situation.all {
            for form in CommandForm.allCases {
                for troubles in form.combinations {
                    for expectation in Expectation.allCases {
                        for patience in [Patience.left, .exhausted] {
                            let command = form.command(situation, troubles, expectation)
                            let snapshot = situation.snapshot(troubles, command)
                            let verdict = Lifecycle().decide(
                                command,
                                on: snapshot,
                                today: World.today,
                                patience: patience
                            )
                            let examination = Lifecycle().examine(
                                command,
                                on: snapshot,
                                today: World.today,
                                patience: patience
                            )
                            count += 1
                            names.formUnion(examination.checks.map(\.name))
                            guard let problem = problem(examination, verdict) else { continue }
                            Issue.record(
                                "\(situation), \(form), \(troubles), \(expectation), \(patience): \(problem): \(examination)"
                            )
                        }
                    }
                }
            }
        }
        Effort.tell("trace: \(count) combinations, \(names.count) of \(Check.Name.allCases.count) guards")
        #expect(count == 17 * 61 * 4 * 2)
        // The others need terms without an end, lines named twice, or parties that were looked for.
        #expect(names.count >= 15)
    }

    private func problem(_ examination: Examination, _ verdict: Verdict) -> String? {
        let checks = examination.checks
        if examination.verdict != verdict { return "decided otherwise" }
        if checks.first?.name != .notCancelled { return "does not begin with the first guard" }
        if checks.map(\.name.rank) != checks.map(\.name.rank).sorted() { return "out of order" }
        if checks.contains(where: \.required.isEmpty) { return "requires nothing" }
        if checks.contains(where: { !$0.isHeld && $0.seesWhatItRequires }) { return "fails on what it requires" }
        if checks.dropLast().contains(where: { !$0.isHeld }) { return "goes on after a guard that failed" }
        switch verdict {
        case .change: return checks.last?.isHeld == true ? nil : "fails, and is decided"
        case .premature: return checks.last?.isHeld == false ? nil : "waits though all guards held"
        case .rejected(let rejection):
            guard let last = checks.last, !last.isHeld else { return "is refused though all guards held" }
            return last.observed == rejection.observed && last.required == rejection.required
                ? nil : "tells other facts than the rejection"
        }
    }
}

extension Check {
    /// All that is required was observed, whatever else was.
    fileprivate var seesWhatItRequires: Bool { required.allSatisfy { observed[$0.key] == $0.value } }
}

extension Check.Name {
    /// Where the contract has it: cancelled, version, state, term, line items, quantities, look-ups in EMS.
    fileprivate var rank: Int {
        switch self {
        case .notCancelled: 0
        case .version: 1
        case .state, .notEndingWithTerm, .withinConversionWindow, .withinRenewalGrace, .cancellationScheduled: 2
        case .termHasEnd, .termInCalendar, .termInOrder, .termExtended: 3
        case .lineItemInForce, .lineItemNamedOnce, .lineItemNew, .lineItemsLeft: 4
        case .quantityIncreased, .quantityReduced, .quantityCoversActivated: 5
        case .customerKnown, .channelPartnerKnown, .productEnabled: 6
        }
    }
}
