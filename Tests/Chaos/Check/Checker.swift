import AMQP
import Foundation
import SubscriptionLifecycle

/// Something that must not be.
struct Violation: Sendable, Hashable {
    /// Which history it is about, if it is about one.
    var subscription: String?
    var text: String
}

/// Compares what came of a cell with what must come of it.
struct Checker: Sendable {
    let plan: Plan
    let events: [Event]
    /// The messages in the dead-letter queue.
    let letters: [Message]
    /// Days that were today while the cell ran.
    let days: [LocalDate]
    /// Edits by hand that EMS took.
    let edits: [HandEdit]
    /// Whether commands were meant to run out of patience.
    let isImpatient: Bool
    /// Whether commands may have become dead letters that were not meant to: whoever dies alone is convicted.
    let mayBury: Bool

    private let byCommand: [String: [Event]]

    init(
        plan: Plan,
        events: [Event],
        letters: [Message],
        days: [LocalDate],
        edits: [HandEdit],
        isImpatient: Bool,
        mayBury: Bool
    ) {
        self.plan = plan
        self.events = events
        self.letters = letters
        self.days = days
        self.edits = edits
        self.isImpatient = isImpatient
        self.mayBury = mayBury
        byCommand = Dictionary(grouping: events, by: \.command)
    }

    /// Everything but what EMS holds.
    func violations() -> [Violation] {
        outcomes() + deadLetters() + plan.histories.flatMap { links($0) + order($0) + refusals($0) }
    }

    // MARK: Outcomes

    /// Nothing lost, nothing twice, nothing from nowhere.
    private func outcomes() -> [Violation] {
        var violations: [Violation] = []
        let owner = plan.histories.reduce(into: [String: String]()) { owner, history in
            for command in history.commands { owner[command.id] = history.name }
        }
        for id in plan.ids.sorted() where byCommand[id] == nil {
            violations.append(Violation(subscription: owner[id], text: "nothing lost: \(id) has no outcome"))
        }
        for (id, events) in byCommand.sorted(by: { $0.key < $1.key }) {
            guard plan.ids.contains(id) else {
                violations.append(Violation(text: "an outcome of a command that nobody sent: \(id)"))
                continue
            }
            for (event, copies) in Dictionary(grouping: events, by: \.id) where !copies[0].isRead {
                let isOneLetterEach = copies[0].outcome == "dead-lettered" && owner[id] == nil
                if Set(copies.map(\.body)).count > 1, !isOneLetterEach {
                    let text = "invariant 6: \(id) has two contents under the event id \(event)"
                    violations.append(Violation(subscription: owner[id], text: text))
                }
            }
            let ends = Set(events.filter { !$0.isRead && ["succeeded", "rejected"].contains($0.outcome) }.map(\.body))
            if ends.count > 1 {
                let text = "invariant 6: \(id) ended \(ends.count) times: \(events.map(\.line).joined(separator: "; "))"
                violations.append(Violation(subscription: owner[id], text: text))
            }
        }
        return violations
    }

    /// What can't be understood is where it must be; what is there was announced.
    private func deadLetters() -> [Violation] {
        var violations: [Violation] = []
        let found = letters.map { (body: $0.body, reason: $0.properties.headers.text("dead-letter-reason") ?? "none") }
        for letter in plan.letters {
            let reasons = Set(found.filter { $0.body == letter.body }.map(\.reason))
            if reasons != [letter.reason] {
                let text = "a letter (\(letter.id ?? "no id")) must be \(letter.reason), and is \(reasons.sorted())"
                violations.append(Violation(text: text))
            }
        }
        for id in plan.twins {
            let codes = Set((byCommand[id] ?? []).compactMap(\.code))
            if codes != ["identity-conflict", "version-mismatch"] {
                violations.append(Violation(text: "twins: \(id) ended with \(codes.sorted())"))
            }
            if !found.contains(where: { $0.reason == "identity-conflict" && Self.id(of: $0.body) == id }) {
                violations.append(Violation(text: "twins: the dead letter of \(id) is missing"))
            }
        }
        let known = Set(plan.letters.map(\.body))
        let inQueue = Set(found.filter { !known.contains($0.body) }.compactMap { Self.id(of: $0.body) })
        let owned = Set(plan.histories.flatMap(\.commands).map(\.id))
        // The last word on each command: a replayed letter has gone from the queue.
        let buried = owned.filter { id in
            let events = byCommand[id] ?? []
            return events.contains { $0.outcome == "dead-lettered" }
                && !events.contains { ["succeeded", "rejected"].contains($0.outcome) }
        }
        for id in plan.replaced.intersection(inQueue).sorted() {
            violations.append(Violation(text: "\(id) was replaced, and is in the dead-letter queue"))
        }
        for id in buried.subtracting(inQueue).subtracting(plan.replaced) {
            violations.append(Violation(text: "\(id) was announced as a dead letter, and is not in the queue"))
        }
        for id in inQueue.intersection(owned).subtracting(buried) {
            violations.append(Violation(text: "\(id) is in the dead-letter queue, and was not announced as one"))
        }
        for id in buried where !mayBury {
            let codes = Set((byCommand[id] ?? []).compactMap(\.code)).sorted()
            violations.append(Violation(text: "\(id) became a dead letter: \(codes)"))
        }
        return violations
    }

    private static func id(of body: [UInt8]) -> String? {
        (try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any])?["id"] as? String
    }

    // MARK: Histories

    /// What each history's outcomes lead to, however the edits fell; a complaint when they can't be.
    func courses(_ history: Plan.History) -> (possible: [Replay.Course], complaint: String?) {
        var complaint: String?
        for day in days {
            let result = Replay(
                successes: successes(history),
                edits: edits.filter { $0.subscription == history.name },
                referee: Referee(today: day),
                adopted: history.adopted
            )
            .courses()
            if result.complaint == nil { return result }
            complaint = complaint ?? result.complaint
        }
        return ([], complaint)
    }

    /// Whether a dead letter left something in EMS: then nobody knows what it holds.
    func isPartial(_ history: Plan.History) -> Bool {
        history.commands.contains { command in
            (byCommand[command.id] ?? []).contains { $0.outcome == "dead-lettered" && $0.version != nil }
        }
    }

    func successes(_ history: Plan.History) -> [Replay.Success] {
        history.commands.compactMap { planned in
            guard let event = byCommand[planned.id]?.first(where: { $0.outcome == "succeeded" }) else { return nil }
            return Replay.Success(version: event.version ?? 0, command: planned.command)
        }
        .sorted { $0.version < $1.version }
    }

    /// In a numbered history without holes, everything that was legal succeeded.
    private func links(_ history: Plan.History) -> [Violation] {
        guard history.isNumbered, !isImpatient else { return [] }
        return history.commands.filter { $0.isLink && !plan.replaced.contains($0.id) }.compactMap { link in
            let events = byCommand[link.id] ?? []
            guard !events.isEmpty, !events.contains(where: { $0.outcome == "succeeded" }) else { return nil }
            let text = "\(link.id) is legal and in order, and ended as \(events.map(\.line).joined(separator: "; "))"
            return Violation(subscription: history.name, text: text)
        }
    }

    /// What one publisher sent through one queue took effect in that order; what became a dead letter lost its place.
    private func order(_ history: Plan.History) -> [Violation] {
        guard history.isOrdered, !isImpatient else { return [] }
        let kept = history.commands.map(\.id).filter { id in
            byCommand[id]?.contains { $0.outcome == "dead-lettered" } == false
        }
        let ends = kept.map { id in (id: id, end: byCommand[id]?.first { $0.outcome == "succeeded" }) }
        let versions = ends.compactMap { $0.end?.version }
        guard versions.count < kept.count || versions != versions.sorted() else { return [] }
        let text = ends.map { "\($0.id) \($0.end?.version.map { "version \($0)" } ?? "didn't succeed")" }
        return [
            Violation(
                subscription: history.name,
                text: "invariant 5: sent in order, and done as \(text.joined(separator: ", "))"
            )
        ]
    }

    /// What was rejected is illegal at the version that the rejection names, for the reason that it names.
    private func refusals(_ history: Plan.History) -> [Violation] {
        guard !isPartial(history) else { return [] }
        let courses = courses(history).possible
        guard !courses.isEmpty else { return [] }
        let isEdited = edits.contains { $0.subscription == history.name }
        return history.commands.compactMap { planned in
            guard let event = byCommand[planned.id]?.first(where: { $0.outcome == "rejected" }),
                let version = event.version, let code = event.code
            else { return nil }
            if isEdited, ["ems-conflict", "ems-refused"].contains(code) { return nil }
            if ["predecessor-timeout", "subscription-not-found"].contains(code), isImpatient || mayBury { return nil }
            let expected = Set(
                courses.flatMap { $0.held[version] ?? [] }.flatMap { held in
                    days.map { day in
                        Referee(today: day).refusal(of: planned.command, on: held, version: version)?.rawValue
                            ?? "legal"
                    }
                }
            )
            guard !expected.contains(code) else { return nil }
            let text = "\(planned.id) was rejected with \(code) at version \(version), where it is \(expected.sorted())"
            return Violation(subscription: history.name, text: text)
        }
    }
}
