import AMQP
import OrderMessages
import SubscriptionLifecycle
import Testing

@testable import OrderWorker

/// A subscriber that does what it is told to do wrong.
private struct Subscriber {
    var dropsDuplicates = true
    var ordersByVersion = true
    var takesPreviews = false
    var readsAnyVersion = false
    var refusesUnknownFields = false
    var endsAt: SubscriberRule?
    /// Tells no effects.
    var isSilent = false

    func answer(to events: [ScenarioEvent]) -> SubscriberAnswer {
        var seen: Set<String> = []
        var views: [String: (version: Int, state: String)] = [:]
        var lines: [String] = []
        for event in events {
            if event.rule == endsAt { break }
            guard let json = try? JSONReader.read(event.body), let type = json["type"]?.text else { continue }
            guard !refusesUnknownFields || json["futureattribute"] == nil else { continue }
            guard type.hasSuffix(".v1") || readsAnyVersion else { continue }
            guard !dropsDuplicates || seen.insert(event.id).inserted else { continue }
            lines.append(#"{"applied":"\#(event.id)"}"#)
            let outcome = json["data"]?["outcome"]?.text
            guard outcome == "succeeded" || (takesPreviews && outcome == "previewed"),
                let subscription = json["data"]?["subscriptionId"]?.text,
                let version = json["data"]?["version"]?.wholeNumber, let state = json["data"]?["state"]?.text
            else { continue }
            if !ordersByVersion || version > views[subscription]?.version ?? 0 {
                views[subscription] = (version, state)
            }
        }
        if isSilent { lines = [] }
        lines += views.map {
            #"{"subscriptionId":"\#($0.key)","version":\#($0.value.version),"state":"\#($0.value.state)"}"#
        }
        return SubscriberAnswer(Array(lines.joined(separator: "\n").utf8))
    }
}

private func report(
    _ subscriber: Subscriber,
    seed: UInt64 = 1,
    without key: String? = nil,
    queue: (messages: Int, consumers: Int)? = (0, 1)
) -> ConformReport {
    let scenario = SubscriberScenario(seed: seed, run: "test")
    let delivered = scenario.events.filter { $0.routingKey != key }
    let answer = subscriber.answer(to: delivered)
    return SubscriberGrade(scenario: scenario, delivered: delivered, answer: answer, queue: queue).report()
}

@Suite("Grading a subscriber")
struct SubscriberGradeTests {
    @Test("One that keeps the contract passes every rule, whatever the order", arguments: 1...50 as ClosedRange<UInt64>)
    func conforming(seed: UInt64) {
        let report = report(Subscriber(), seed: seed)
        #expect(report.conforms, "\(report)")
        #expect(report.rules.allSatisfy { $0.verdict == .passed }, "\(report)")
    }

    private static let wrong: [(Subscriber, SubscriberRule)] = [
        (Subscriber(dropsDuplicates: false), .duplicates), (Subscriber(ordersByVersion: false), .order),
        (Subscriber(takesPreviews: true), .refusals), (Subscriber(readsAnyVersion: true), .futureVersions),
        (Subscriber(refusesUnknownFields: true), .unknownFields), (Subscriber(isSilent: true), .duplicates),
        (Subscriber(endsAt: .largeEvents), .largeEvents), (Subscriber(endsAt: .futureVersions), .futureVersions),
        (Subscriber(endsAt: .noSubscription), .noSubscription), (Subscriber(endsAt: .answer), .answer),
    ]

    @Test(
        "Each fault is found, under its own name, whatever the order",
        arguments: wrong.indices,
        [1, 2, 3, 4, 5] as [UInt64]
    )
    func faults(index: Int, seed: UInt64) {
        let (subscriber, rule) = Self.wrong[index]
        let report = report(subscriber, seed: seed)
        #expect(report.failed.contains(rule.rawValue), "\(report)")
        // Who stays behind lacks much; any other fault breaks one rule, but that old versions also come twice.
        if subscriber.endsAt == nil, subscriber.ordersByVersion {
            #expect(report.failed == [rule.rawValue], "\(report)")
        }
    }

    @Test("A queue that isn't empty, or that nobody consumes, fails; one that isn't known is said not to be seen")
    func queue() {
        #expect(report(Subscriber(), queue: (3, 1)).failed == ["queue"])
        #expect(report(Subscriber(), queue: (0, 0)).failed == ["queue"])
        let unknown = report(Subscriber(), queue: nil)
        #expect(unknown.conforms)
        #expect(unknown.rules.first { $0.rule == "queue" }?.verdict == .notSeen)
    }

    @Test("What the subscriber has bound no queue for is not expected of it")
    func partialBinding() {
        let report = report(Subscriber(), without: "cancel-subscription.succeeded")
        #expect(report.conforms, "\(report)")
        #expect(report.counts.contains { $0.what.contains("bound") && $0.count == 4 })
    }

    private static func matches(_ key: String, _ pattern: String) -> Bool {
        let (words, wanted) = (key.split(separator: "."), pattern.split(separator: "."))
        return zip(words, wanted).allSatisfy { $1 == "*" || $0 == $1 }
    }

    /// Feeds as a broker would with that binding, until the queue is gone.
    private static func fed(_ pattern: String, seed: UInt64, deliveries: Int = .max) throws -> FedScenario {
        let scenarios = SubscriberScenario.all(seed: seed, run: "test")
        var fed = FedScenario(try #require(scenarios.first { matches($0.outerKey, pattern) }))
        for event in fed.scenario.events where fed.lost == nil {
            let isTaken = matches(event.routingKey, pattern) && fed.delivered.count < deliveries
            fed.take(event, underKey: RoutingKey(event.routingKey), isTaken: isTaken)
        }
        return fed
    }

    @Test(
        "Who wants little is graded on that, and begins and ends with it",
        arguments: ["*.*", "*.succeeded", "renew-subscription.*", "*.rejected", "*.dead-lettered", "*.previewed"],
        [1, 2, 3] as [UInt64]
    )
    func bindings(pattern: String, seed: UInt64) throws {
        let fed = try Self.fed(pattern, seed: seed)
        #expect(fed.lost == nil && fed.delivered.count >= 3)
        #expect(fed.delivered.first == fed.scenario.events.first && fed.delivered.last == fed.scenario.events.last)
        func report(_ subscriber: Subscriber, without last: Int = 0) -> ConformReport {
            let answer = subscriber.answer(to: fed.delivered.dropLast(last))
            return SubscriberGrade(scenario: fed.scenario, delivered: fed.delivered, answer: answer, queue: nil)
                .report()
        }
        #expect(report(Subscriber()).conforms, "\(report(Subscriber()))")
        #expect(report(Subscriber(), without: 1).failed == ["answer"])
        if pattern == "renew-subscription.*" {
            #expect(fed.scenario.outerKey == "renew-subscription.succeeded")
            #expect(report(Subscriber(dropsDuplicates: false)).failed == ["duplicates"])
            #expect(report(Subscriber(readsAnyVersion: true)).failed == ["future-versions"])
        }
    }

    @Test("One whose queue goes away halfway does not conform, whatever it took until then", arguments: [1, 20, 91])
    func gone(deliveries: Int) throws {
        let all = try Self.fed("*.*", seed: 1).delivered.count
        let fed = try Self.fed("*.*", seed: 1, deliveries: min(deliveries, all - 1))
        let lost = try #require(fed.lost)
        let report = SubscriberGrade(
            scenario: fed.scenario,
            delivered: fed.delivered,
            lost: lost,
            answer: Subscriber().answer(to: fed.delivered),
            queue: nil
        ).report()
        #expect(report.failed.contains("queue"), "\(report)")
        #expect("\(report)".contains("no queue took this event (\(lost.routingKey))"), "\(report)")
    }

    @Test("Without an answer nothing passes")
    func noAnswer() {
        let scenario = SubscriberScenario(seed: 1, run: "test")
        for text in ["", "no json\n", "[]"] {
            let answer = SubscriberAnswer(Array(text.utf8))
            let grade = SubscriberGrade(scenario: scenario, delivered: scenario.events, answer: answer, queue: nil)
            #expect(grade.report().failed.contains("answer"), "\(text)")
        }
    }
}

@Suite("The scenario for subscribers")
struct SubscriberScenarioTests {
    @Test("The seed decides about the order, the run about the names")
    func seeds() {
        let first = SubscriberScenario(seed: 7, run: "a")
        #expect(first.events == SubscriberScenario(seed: 7, run: "a").events)
        #expect(first.events != SubscriberScenario(seed: 8, run: "a").events)
        let other = SubscriberScenario(seed: 7, run: "b")
        #expect(Set(first.events.map(\.id)).isDisjoint(with: other.events.map(\.id)))
        #expect(first.events.map(\.routingKey) == other.events.map(\.routingKey))
    }

    @Test("It has what it is for, whatever the order", arguments: 1...20 as ClosedRange<UInt64>)
    func contents(seed: UInt64) {
        let scenario = SubscriberScenario(seed: seed, run: "test")
        let ids = scenario.events.map(\.id)
        #expect(ids.count >= Set(ids).count + 30)
        // The event that counts is not the last of its subscription.
        for expected in scenario.expectations(after: scenario.events) where expected.rule == .order {
            let mine = scenario.events.filter {
                String(decoding: $0.body, as: UTF8.self).contains("\"\(expected.subscription)\"")
            }
            #expect(mine.count == 6)
            #expect(mine.last?.id != expected.eventID)
        }
        // More than a frame of AMQP holds.
        #expect(scenario.events.contains { $0.body.count > 131_072 })
        #expect(scenario.events.last?.id == scenario.expectations.last?.eventID)
        // The same id is always the same bytes, as the worker publishes it.
        #expect(Dictionary(grouping: scenario.events, by: \.id).values.allSatisfy { Set($0.map(\.body)).count == 1 })
    }

    @Test("What claims to be v1 is v1, by the published schemas")
    func schemas() throws {
        for event in SubscriberScenario(seed: 1, run: "test").events {
            let parts = event.routingKey.split(separator: ".").map(String.init)
            let json = try JSONReader.read(event.body)
            guard let operation = OrderOperation(rawValue: parts[0]),
                OutcomeSchema.outcomes(of: operation).contains(parts[1]), json["type"]?.text?.hasSuffix(".v1") == true
            else { continue }
            let violation = OutcomeSchema().event(operation, parts[1]).violation(in: json)
            // A code of the future is the one thing that today's schema need not know.
            let isNewCode = json["data"]?["rejection"]?["code"] == "quota-exhausted"
            #expect(violation == nil || isNewCode, "\(event.routingKey): \(String(describing: violation))")
        }
    }
}
