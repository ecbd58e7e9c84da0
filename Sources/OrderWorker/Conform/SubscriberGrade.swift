/// A subscriber's answer, held against what it was fed with.
struct SubscriberGrade: Sendable {
    let scenario: SubscriberScenario
    /// The events that reached a queue, in order, repeats included.
    let delivered: [ScenarioEvent]
    /// The event that no queue took although the subscriber had bound one for it before.
    var lost: ScenarioEvent?
    let answer: SubscriberAnswer
    /// How full its queue was in the end and who read it; `nil` when that is not known.
    let queue: (messages: Int, consumers: Int)?

    /// Whether nothing more is to come: the last event was seen, or none came after one that was lost.
    var isComplete: Bool { lost != nil || answer.tells(of: scenario.last) && queue?.messages ?? 0 == 0 }

    func report(isStrict: Bool = false) -> ConformReport {
        var findings = ConformFindings<SubscriberRule>()
        judgeAnswer(&findings)
        judgeViews(&findings)
        judgeEffects(&findings)
        judgeQueue(&findings)
        let events = Set(delivered.map(\.id)).count
        return ConformReport(
            subject: "subscriber",
            isStrict: isStrict,
            counts: [
                .init(what: "events", count: events),
                .init(what: "deliveries", count: delivered.count),
                .init(what: "events that nobody had bound a queue for", count: scenario.events.count - delivered.count),
            ].filter { $0.count > 0 },
            rules: findings.rules,
            outOfSight: [
                "deliveries that are held without an acknowledgement",
                "whether the acknowledgement comes after the effect is durable",
            ]
        )
    }

    private func judgeAnswer(_ findings: inout ConformFindings<SubscriberRule>) {
        if !answer.unreadable.isEmpty {
            let lines = answer.unreadable.prefix(5).map(String.init).joined(separator: ", ")
            findings.add(.failure, .answer, nil, "no JSON object in line \(lines) of the answer")
        }
        if answer.views.isEmpty, answer.applied.isEmpty {
            findings.add(.failure, .answer, nil, "there is no answer, or it has none of the two kinds of lines")
        }
        if lost == nil, !answer.tells(of: scenario.last) {
            let detail = "the answer says nothing of the last event (\(scenario.outerKey)): was it taken?"
            findings.add(.failure, .answer, scenario.last.eventID, detail)
        }
    }

    private func judgeViews(_ findings: inout ConformFindings<SubscriberRule>) {
        for expected in scenario.expectations(after: delivered) {
            guard let view = answer.views[expected.subscription] else {
                findings.add(.failure, expected.rule, expected.subscription, "is not in the answer")
                continue
            }
            guard !expected.isMet(by: view) else { continue }
            let seen = "version \(view.version.map(String.init) ?? "(none)"), \(view.state ?? "no state")"
            findings.add(
                .failure,
                expected.rule,
                expected.subscription,
                "is at \(seen); it must be at version \(expected.version), \(expected.state)"
            )
        }
    }

    private func judgeEffects(_ findings: inout ConformFindings<SubscriberRule>) {
        guard !answer.applied.isEmpty else {
            findings.add(
                .failure,
                .duplicates,
                nil,
                "the answer has no line {\"applied\": \"<event id>\"}, so duplicates don't show"
            )
            return
        }
        for event in Dictionary(grouping: delivered, by: \.id).values.compactMap(\.first).sorted(by: { $0.id < $1.id })
        {
            guard let times = answer.applied[event.id], times > 1 else { continue }
            findings.add(.failure, .duplicates, event.id, "took effect \(times) times (\(event.routingKey))")
        }
        for expected in scenario.expectations(after: delivered) {
            // Who has the view but never applied the event it comes from doesn't tell all of its effects.
            guard answer.views[expected.subscription]?.version == expected.version,
                answer.applied[expected.eventID] == nil
            else { continue }
            findings.add(
                .failure,
                .duplicates,
                expected.eventID,
                "is in the view, but the answer doesn't say that it was applied"
            )
        }
    }

    private func judgeQueue(_ findings: inout ConformFindings<SubscriberRule>) {
        if let lost {
            findings.add(
                .failure,
                .queue,
                lost.id,
                "no queue took this event (\(lost.routingKey)), though one took such events before: did the subscriber "
                    + "end, and its queue with it? Nothing was published after it"
            )
        }
        guard let queue else {
            return findings.leave(.queue, because: "Name the subscriber's queue with --queue to see it.")
        }
        if queue.messages > 0 {
            findings.add(.failure, .queue, nil, "\(queue.messages) messages are left in it")
        }
        if queue.consumers == 0 {
            findings.add(.failure, .queue, nil, "nobody consumes it any more: did the subscriber end?")
        }
    }
}
