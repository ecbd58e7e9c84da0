import SubscriptionLifecycle
import Testing

@Suite("Windows after the end of a term")
struct WindowTests {
    @Test(
        "The last day is in, the day after is out",
        arguments: [
            (0, "2026-06-15", "2026-06-15"), (1, "2028-02-28", "2028-02-29"), (1, "2027-02-28", "2027-03-01"),
            (30, "2026-01-31", "2026-03-02"), (30, "2028-01-31", "2028-03-01"), (365, "2027-03-01", "2028-02-29"),
        ]
    )
    func boundary(days: Int, end: String, last: String) throws {
        let window = Window(days: days)
        #expect(window.lastDay(after: day(end)) == day(last))
        #expect(window.contains(day(last), after: day(end)))
        #expect(!window.contains(try #require(day(last).adding(days: 1)), after: day(end)))
    }

    @Test("It is open before the end, for ever for what never ends, and where the calendar ends first")
    func open() {
        #expect(Window(days: 0).contains(day("2020-01-01"), after: today))
        #expect(Window(days: 0).contains(day("9999-12-31"), after: nil))
        #expect(Window(days: 30).contains(day("9999-12-31"), after: day("9999-12-15")))
    }

    @Test("Each command has its own window")
    func own() {
        let policies = LifecyclePolicies(conversionWindow: Window(days: 3), renewalGrace: Window(days: 5))
        let convert = ChangeCommand.Action.convert(ConvertTrial(start: nil, length: .months(1)))
        let renew = ChangeCommand.Action.renew(Renewal(length: .months(1)))
        func code(_ action: ChangeCommand.Action, _ kind: Subscription.Kind, on text: String) -> RejectionCode? {
            decide(action, on: subscription(kind: kind, end: "2026-06-10"), policies: policies, today: day(text)).code
        }
        #expect(code(convert, .trial, on: "2026-06-13") == nil)
        #expect(code(convert, .trial, on: "2026-06-14") == .trialExpired)
        #expect(code(renew, .paid, on: "2026-06-15") == nil)
        #expect(code(renew, .paid, on: "2026-06-16") == .subscriptionLapsed)
    }
}

@Suite("The end of a term that was cancelled for it")
struct EndOfTermTests {
    private let marked = subscription(end: "2028-02-29", endsWithTerm: true)
    private let renewal = ChangeCommand.Action.renew(Renewal(length: .months(12)))

    @Test("On its last day it is still in force, and the mark can be taken back")
    func lastDay() {
        #expect(marked.state(on: day("2028-02-29")) == .active)
        #expect(decide(.cancel(.withdraw), on: marked, today: day("2028-02-29")).decision?.endsWithTerm == false)
        #expect(decide(renewal, on: marked, today: day("2028-02-29")).code == .cancellationScheduled)
    }

    @Test("The day after it is over: no grace, no way back, and cancelling closes it")
    func dayAfter() {
        let after = day("2028-03-01")
        #expect(marked.state(on: after) == .lapsed)
        #expect(decide(renewal, on: marked, today: after).code == .subscriptionLapsed)
        #expect(decide(.cancel(.withdraw), on: marked, today: after).code == .subscriptionLapsed)
        for effect in [CancellationEffect.endOfTerm, .immediately] {
            #expect(decide(.cancel(effect), on: marked, today: after).decision?.state == .cancelled)
        }
        // Without the mark there is a grace.
        #expect(decide(renewal, on: subscription(end: "2028-02-29"), today: after).decision != nil)
    }

    @Test("Every state says what every effect does to it")
    func everyEffect() {
        for state in SubscriptionState.allCases {
            guard case .ends(let endings) = TransitionTable.contract[state, .cancel] else { continue }
            #expect(Set(endings.keys) == Set(CancellationEffect.allCases))
        }
    }
}
