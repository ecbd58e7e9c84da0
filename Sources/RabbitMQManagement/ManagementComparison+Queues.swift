import AMQP
import RabbitMQ

extension ManagementComparison {
    /// Queues as they were declared, and as policies make them.
    var queueFindings: (differences: [TopologyDifference], warnings: [TopologyWarning]) {
        var differences: [TopologyDifference] = []
        var warnings: [TopologyWarning] = []
        var unreadable: Set<String> = []
        for queue in topology.queues {
            let subject = TopologyDifference.Subject.queue(queue.name)
            guard let there = snapshot.queues.first(where: { $0.name == queue.name.rawValue }) else {
                differences.append(missing(subject))
                continue
            }
            let declared = Self.discrepancies([
                ("durable", "true", "\(there.durable)"), ("auto_delete", "false", "\(there.auto_delete)"),
                ("exclusive", "false", "\(there.exclusive ?? false)"),
            ])
            let discrepancies = declared + Self.discrepancies(queue.arguments, there.arguments)
            if let difference = different(subject, discrepancies) { differences.append(difference) }
            let type = there.type ?? queue.arguments.text("x-queue-type") ?? "classic"
            let policy = EffectivePolicy(queue: there.name, type: type, in: snapshot)
            unreadable.formUnion(policy.unreadable)
            judge(policy.overrides(of: queue.arguments), on: queue, &differences, &warnings)
        }
        for name in unreadable.sorted() {
            warnings.append(.init(.unknown, "policy '\(name)' was not compared: its pattern can't be read here"))
        }
        return (differences, warnings)
    }

    /// A queue that drops messages by design may drop them sooner; from any other a policy must not take any.
    private func judge(
        _ overrides: [EffectivePolicy.Override],
        on queue: Topology.Queue,
        _ differences: inout [TopologyDifference],
        _ warnings: inout [TopologyWarning]
    ) {
        guard !overrides.isEmpty else { return }
        let values = overrides.map { override in
            TopologyDifference.Discrepancy(
                field: override.key,
                required: override.required?.description ?? "none",
                actual: override.effective.description
            )
        }
        let dropsByDesign = queue.arguments.text("x-overflow") == "drop-head"
        if dropsByDesign, !overrides.contains(where: { ["expires", "overflow"].contains($0.key) }) {
            let words = values.map { "\($0.field) is \($0.actual) instead of \($0.required)" }
            return warnings.append(
                .init(.condition, "a policy gives queue '\(queue.name)' other limits: \(words.joined(separator: ", "))")
            )
        }
        var names: [String] = []
        var mend: [MendingStep] = []
        for override in overrides where !names.contains(override.policy) {
            names.append(override.policy)
            for step in mending.clear(policy: override.policy, isOperatorPolicy: override.isOperatorPolicy)
            where !mend.contains(step) {
                mend.append(step)
            }
        }
        differences.append(
            TopologyDifference(
                subject: .queue(queue.name),
                kind: .overridden,
                text: "by policy " + names.map { "'\($0)'" }.joined(separator: ", ") + fallBack(of: queue, overrides),
                discrepancies: values,
                mend: mend
            )
        )
    }

    /// What the overrides do to dead-lettering, in words.
    private func fallBack(of queue: Topology.Queue, _ overrides: [EffectivePolicy.Override]) -> String {
        var effective = queue
        for override in overrides {
            if case .text(let text) = override.effective { effective.arguments["x-\(override.key)"] = .text(text) }
        }
        guard queue.deadLettering == .atLeastOnce, case .fallsBack(let reason) = effective.deadLettering else {
            return ""
        }
        return "; dead-lettering silently falls back to at most once: \(reason)"
    }
}
