import AMQP
import Foundation
import SubscriptionLifecycle
import Testing

@testable import Chaos

/// A check that can't fail proves nothing: each sees what it is for.
@Suite struct CheckerTests {
    /// A numbered history, with the outcomes that it must have.
    private static func scene() throws -> (plan: Plan, events: [[String: Any]]) {
        var plan = PlanTests.plan(11)
        let history = try #require(plan.histories.first { $0.isNumbered && $0.commands.filter(\.isLink).count > 2 })
        plan.histories = [history]
        (plan.reads, plan.letters, plan.twins) = ([], [], [])
        let events = history.commands.map { planned -> [String: Any] in
            let version = planned.command.expectedVersion ?? 0
            let held = Self.held(history, at: version)
            let refusal = Referee(today: PlanTests.today).refusal(of: planned.command, on: held, version: version)
            var data: [String: Any] = [
                "command": ["id": planned.id], "outcome": planned.isLink ? "succeeded" : "rejected",
            ]
            data["version"] = planned.isLink ? version + 1 : version
            data["rejection"] = refusal.map { ["code": $0.rawValue] }
            return ["id": "event of \(planned.id)", "data": data]
        }
        return (plan, events)
    }

    private static func held(_ history: Plan.History, at version: Int) -> ModelEntitlement? {
        history.commands.filter { $0.isLink && ($0.command.expectedVersion ?? 0) < version }
            .reduce(nil) { ModelEntitlement.after($1.command, on: $0, today: PlanTests.today) }
    }

    private static func violations(
        _ plan: Plan,
        _ events: [[String: Any]],
        letters: [Message] = []
    ) throws -> [Violation] {
        let messages = try events.map { event in
            Message(
                exchange: "e",
                routingKey: "renew-subscription.succeeded",
                properties: Properties(),
                body: Array(try JSONSerialization.data(withJSONObject: event, options: .sortedKeys))
            )
        }
        let checker = Checker(
            plan: plan,
            events: messages.compactMap(Event.init),
            letters: letters,
            days: [PlanTests.today],
            edits: [],
            isImpatient: false,
            mayBury: false
        )
        let complaints = plan.histories.compactMap { checker.courses($0).complaint }
        return checker.violations() + complaints.map { Violation(text: $0) }
    }

    @Test func `What is as it must be is no violation`() throws {
        let (plan, events) = try Self.scene()
        #expect(try Self.violations(plan, events).isEmpty)
    }

    @Test func `A missing outcome is seen`() throws {
        let (plan, events) = try Self.scene()
        #expect(try Self.violations(plan, Array(events.dropLast())).contains { $0.text.contains("nothing lost") })
    }

    @Test func `A second, different outcome is seen`() throws {
        var (plan, events) = try Self.scene()
        var again = events[0]
        again["time"] = "later"
        events.append(again)
        #expect(try Self.violations(plan, events).contains { $0.text.contains("invariant 6") })
        plan.histories[0].commands.removeAll()
        #expect(try Self.violations(plan, events).contains { $0.text.contains("nobody sent") })
    }

    @Test func `A legal command that was rejected is seen, and a version that is missing`() throws {
        let (plan, events) = try Self.scene()
        let link = try #require(plan.histories[0].commands.first(where: \.isLink)?.id)
        let changed = events.map { event -> [String: Any] in
            guard event["id"] as? String == "event of \(link)" else { return event }
            let data: [String: Any] = [
                "command": ["id": link], "outcome": "rejected", "version": 0,
                "rejection": ["code": "subscription-exists"],
            ]
            return ["id": "event of \(link)", "data": data]
        }
        let violations = try Self.violations(plan, changed)
        #expect(violations.contains { $0.text.contains("is legal and in order") })
        #expect(violations.contains { $0.text.contains("version 1 is missing") })
    }

    @Test func `What took effect in another order than it was sent is seen`() throws {
        let wish = PlanMaker.Wish(commands: 100, prefix: "t", hasOrder: true)
        var maker = PlanMaker(wish, today: PlanTests.today, random: SplitMix(seed: 5))
        var plan = maker.make()
        plan.histories = [try #require(plan.histories.first { $0.isOrdered })]
        (plan.reads, plan.letters, plan.twins) = ([], [], [])
        func events(_ versions: [Int]) -> [[String: Any]] {
            zip(plan.histories[0].commands, versions).map { planned, version in
                let data: [String: Any] = ["command": ["id": planned.id], "outcome": "succeeded", "version": version]
                return ["id": "event of \(planned.id)", "data": data]
            }
        }
        var versions = Array(1...plan.histories[0].commands.count)
        #expect(try Self.violations(plan, events(versions)).isEmpty)
        versions.swapAt(1, 2)
        #expect(try Self.violations(plan, events(versions)).contains { $0.text.contains("sent in order") })
    }

    @Test func `A letter that was replaced must be gone`() throws {
        var (plan, events) = try Self.scene()
        let link = try #require(plan.histories[0].commands.last { $0.isLink })
        var edited = link
        edited.id += "-edited"
        let index = try #require(events.firstIndex { $0["id"] as? String == "event of \(link.id)" })
        var event = events[index]
        var data = event["data"] as? [String: Any] ?? [:]
        data["command"] = ["id": edited.id]
        (event["id"], event["data"]) = ("event of \(edited.id)", data)
        events.append(event)
        let letter: [String: Any] = [
            "command": ["id": link.id], "outcome": "dead-lettered", "deadLetter": ["reason": "x"],
        ]
        events[index] = ["id": "letter of \(link.id)", "data": letter]
        plan.replace(link.id, by: edited)
        #expect(try Self.violations(plan, events).allSatisfy { $0.text.contains("became a dead letter") })
        let held = Message(
            exchange: "e",
            routingKey: "k",
            properties: Properties(),
            body: CommandJSON.event(link.command, id: link.id)
        )
        #expect(try Self.violations(plan, events, letters: [held]).contains { $0.text.contains("was replaced") })
    }

    @Test func `A quantity that was doubled in EMS is seen, and a line that is there twice`() throws {
        var model = ModelEntitlement(isTrial: false, start: PlanTests.today, end: PlanTests.today, customer: "C")
        model.lines["1"] = .init(product: "GC3040", quantity: 5, start: PlanTests.today, end: PlanTests.today)
        func held(_ quantity: Int, _ copies: Int) -> [String: Any] {
            let expiry = ["endDate": "2026-06-15"]
            let line: [String: Any] = [
                "externalId": "S/1", "totalQuantity": quantity, "state": "ENABLE", "startDate": "2026-06-15",
                "expiry": expiry, "item": ["itemProduct": ["product": ["externalId": "GC3040"]]],
            ]
            return [
                "state": "ENABLE", "startDate": "2026-06-15", "expiry": expiry, "customer": ["externalId": "C"],
                "productKeys": ["productKey": Array(repeating: line, count: copies)],
            ]
        }
        #expect(ActualEntitlement.differences(held(5, 1), from: model, of: "S").isEmpty)
        #expect(!ActualEntitlement.differences(held(10, 1), from: model, of: "S").isEmpty)
        #expect(!ActualEntitlement.differences(held(5, 2), from: model, of: "S").isEmpty)
        #expect(!ActualEntitlement.differences(nil, from: model, of: "S").isEmpty)
    }
}
