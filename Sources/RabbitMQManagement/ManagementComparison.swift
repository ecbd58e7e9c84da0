import AMQP
import RabbitMQ

/// The required topology against what the management API says: a pure comparison.
struct ManagementComparison {
    let topology: Topology
    let snapshot: ManagementSnapshot
    let mending: Mending

    /// All differences, and what a person should know besides.
    var report: TopologyReport {
        let queues = queueFindings
        return TopologyReport(
            differences: exchangeDifferences + queues.differences + missingBindings + featureFlagDifferences,
            warnings: queues.warnings + unwantedBindings + conditions + permissionWarnings,
            product: snapshot.product
        )
    }

    // MARK: Exchanges

    private var exchangeDifferences: [TopologyDifference] {
        topology.exchanges.compactMap { exchange in
            let subject = TopologyDifference.Subject.exchange(exchange.name)
            guard let there = snapshot.exchanges.first(where: { $0.name == exchange.name.rawValue }) else {
                return missing(subject)
            }
            return different(
                subject,
                Self.discrepancies([
                    ("type", exchange.kind.rawValue, there.type), ("durable", "true", "\(there.durable)"),
                    ("auto_delete", "false", "\(there.auto_delete)"), ("internal", "false", "\(there.internal)"),
                ]) + Self.discrepancies(exchange.arguments, there.arguments)
            )
        }
    }

    func missing(_ subject: TopologyDifference.Subject) -> TopologyDifference {
        TopologyDifference(
            subject: subject,
            kind: .missing,
            text: "it is not there",
            mend: mending.steps(for: subject, .missing)
        )
    }

    func different(
        _ subject: TopologyDifference.Subject,
        _ discrepancies: [TopologyDifference.Discrepancy]
    ) -> TopologyDifference? {
        guard !discrepancies.isEmpty else { return nil }
        return TopologyDifference(
            subject: subject,
            kind: .different,
            text: "",
            discrepancies: discrepancies,
            mend: mending.steps(for: subject, .different)
        )
    }

    static func discrepancies(_ values: [(String, String, String)]) -> [TopologyDifference.Discrepancy] {
        values.filter { $0.1 != $0.2 }.map { .init(field: $0.0, required: $0.1, actual: $0.2) }
    }

    /// Every argument that is not as required, also those that nobody asked for.
    static func discrepancies(
        _ required: FieldTable,
        _ actual: ManagementArguments
    ) -> [TopologyDifference.Discrepancy] {
        var names = required.fields.map(\.name)
        for name in actual.values.keys.sorted() where !names.contains(name) {
            // Who asks for no type takes the virtual host's default, which RabbitMQ writes down.
            if name != "x-queue-type" { names.append(name) }
        }
        return names.compactMap { name in
            let value = required[name].flatMap(ManagementValue.init)
            guard value != actual.values[name] else { return nil }
            return .init(
                field: name,
                required: value?.description ?? "none",
                actual: actual.values[name]?.description ?? "none"
            )
        }
    }

    // MARK: Feature flags

    private var featureFlagDifferences: [TopologyDifference] {
        guard topology.queues.contains(where: { $0.deadLettering == .atLeastOnce }),
            let flag = snapshot.featureFlags?.first(where: { $0.name == "stream_queue" }), flag.state != "enabled"
        else { return [] }
        return [
            TopologyDifference(
                subject: .broker("feature flag stream_queue"),
                kind: .fallsBack,
                text: "it is off, so every queue dead-letters at most once whatever its arguments say",
                discrepancies: [.init(field: "stream_queue", required: "enabled", actual: flag.state)],
                mend: mending.enableStreamQueues
            )
        ]
    }
}
