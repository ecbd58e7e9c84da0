import AMQP
import Testing

/// Every sequence of events up to a length, against the rules written down as plainly as possible.
@Suite struct ConfirmWindowExplorationTests {
    enum Event: Hashable {
        case publish(String)
        case acknowledge(UInt64, multiple: Bool)
        case refuse(UInt64, multiple: Bool)
        case returned(String)
    }

    private static let events: [Event] = {
        let answers = (0...3).flatMap { number in
            [true, false].flatMap { multiple in
                [Event.acknowledge(number, multiple: multiple), .refuse(number, multiple: multiple)]
            }
        }
        return [.publish("a"), .publish("b"), .returned("a"), .returned("b")] + answers
    }()

    /// A list of what was published, looked through from its beginning each time.
    private struct Rules {
        struct Entry {
            var sequence: UInt64
            var id: String
            var publishedAt: ContinuousClock.Instant
            var isReturned = false
            var isOpen = true
        }

        var entries: [Entry] = []
        var lastReturned: UInt64 = 0

        var open: [Entry] { entries.filter(\.isOpen) }

        mutating func publish(_ id: String, at now: ContinuousClock.Instant) {
            entries.append(Entry(sequence: UInt64(entries.count + 1), id: id, publishedAt: now))
        }

        /// `nil` is a violation.
        mutating func answer(
            _ number: UInt64,
            multiple: Bool,
            _ outcome: (UInt64) -> ConfirmWindow.Action
        ) -> [ConfirmWindow.Action]? {
            if number > entries.count || (number == 0 && !multiple) { return nil }
            let meant = open.filter { multiple ? number == 0 || $0.sequence <= number : $0.sequence == number }
            if meant.isEmpty && !multiple { return nil }
            return settle(meant, outcome)
        }

        mutating func settle(
            _ meant: [Entry],
            _ outcome: (UInt64) -> ConfirmWindow.Action
        ) -> [ConfirmWindow.Action] {
            for entry in meant { entries[Int(entry.sequence) - 1].isOpen = false }
            return meant.map { $0.isReturned ? .returned($0.sequence, code: 312, text: "") : outcome($0.sequence) }
        }

        mutating func returned(_ id: String) -> [ConfirmWindow.Action]? {
            let candidates = open.filter { $0.id == id && !$0.isReturned }
            guard let entry = candidates.first(where: { $0.sequence > lastReturned }) ?? candidates.first else {
                return nil
            }
            entries[Int(entry.sequence) - 1].isReturned = true
            lastReturned = entry.sequence
            return []
        }
    }

    private let start = ContinuousClock.now

    private func publishing(_ id: String) -> Publishing {
        Publishing(exchange: "in", routingKey: "key", properties: Properties(messageID: id), body: [])
    }

    /// The actions of both for one event; `nil` for a violation.
    private func take(
        _ event: Event,
        _ window: inout ConfirmWindow,
        _ rules: inout Rules
    ) -> (actions: [ConfirmWindow.Action]?, expected: [ConfirmWindow.Action]?) {
        let (actions, expected): ([ConfirmWindow.Action], [ConfirmWindow.Action]?)
        switch event {
        case .publish(let id):
            let now = start + .seconds(rules.entries.count)
            rules.publish(id, at: now)
            (actions, expected) = (
                window.published(publishing(id), at: now) == UInt64(rules.entries.count) ? [] : [.violation("number")],
                []
            )
        case .acknowledge(let number, let multiple):
            actions = window.acknowledged(number, multiple: multiple)
            expected = rules.answer(number, multiple: multiple) { .confirmed($0) }
        case .refuse(let number, let multiple):
            actions = window.refused(number, multiple: multiple)
            expected = rules.answer(number, multiple: multiple) { .refused($0) }
        case .returned(let id):
            let message = Message(exchange: "in", routingKey: "key", properties: Properties(messageID: id), body: [])
            actions = window.returned(message, code: 312, text: "")
            expected = rules.returned(id)
        }
        if case .violation? = actions.first { return (nil, expected) }
        return (actions, expected)
    }

    /// Goes through everything that can follow; returns how many sequences it saw.
    private func explore(_ window: ConfirmWindow, _ rules: Rules, after path: [Event], depth: Int) -> Int {
        var (lostWindow, lostRules) = (window, rules)
        let lost = lostRules.settle(lostRules.open) { .unknown($0, reason: "gone") }
        if lostWindow.lost(reason: "gone") != lost || lostWindow.count != 0 || lostWindow.oldestPublishedAt != nil {
            Issue.record("loss after \(path)")
        }
        guard depth > 0 else { return 1 }
        var count = 1
        for event in Self.events {
            var (nextWindow, nextRules) = (window, rules)
            let (actions, expected) = take(event, &nextWindow, &nextRules)
            guard actions == expected, nextWindow.count == nextRules.open.count,
                nextWindow.oldestPublishedAt == nextRules.open.first?.publishedAt
            else {
                Issue.record(
                    "after \(path), \(event): \(String(describing: actions)), not \(String(describing: expected))"
                )
                return count
            }
            // After a violation the channel is given up.
            if actions != nil { count += explore(nextWindow, nextRules, after: path + [event], depth: depth - 1) }
        }
        return count
    }

    @Test func `whatever is published, answered and returned, each gets the outcome that the rules give it`() {
        let count = explore(ConfirmWindow(), Rules(), after: [], depth: 6)
        #expect(count > 50_000)
    }
}
