import AMQP
import OrderFulfilment
import RabbitMQ
import RabbitMQManagement

/// Compares the broker with the topology of the contract: over AMQP, and through the management API where there is one.
struct TopologyCheck {
    let settings: WorkerSettings

    /// The command that declares what is missing.
    static let declaring = "order-worker topology apply"

    private var topology: Topology { OrderTopology(prefix: settings.topologyPrefix).topology }

    /// Everything that both know; throws when the broker, or a management API that was named, doesn't answer.
    func report(passively: Bool = false) async throws -> TopologyReport {
        let report = try await RabbitMQAdministration(configuration: settings.broker, logger: Log.quiet)
            .compare(topology, passively: passively)
        guard let management = settings.management else { return Self.withoutManagement(report) }
        return Self.withTimeout(report).completed(by: try await ask(management))
    }

    /// Declares what is missing, then looks.
    ///
    /// A management API that doesn't answer is only warned of: the worker can work without it.
    func declareAndReport() async throws(BrokerFailure) -> TopologyReport {
        let administration = RabbitMQAdministration(configuration: settings.broker, logger: Log.quiet)
        var refused: [TopologyDifference] = []
        var warnings: [TopologyWarning] = []
        do throws(BrokerFailure) {
            warnings = try await administration.declare(topology)
        } catch {
            guard case .topology(let differences) = error else { throw error }
            refused = differences
        }
        var report = try await administration.compare(topology)
        // A binding that could not be declared is seen by nobody else.
        let known = Set(report.differences.map(\.subject))
        report.differences += refused.filter { !known.contains($0.subject) }
        report.warnings += warnings.filter { !report.warnings.contains($0) }
        guard let management = settings.management else { return Self.withoutManagement(report) }
        do throws(ManagementFailure) {
            return Self.withTimeout(report).completed(by: try await ask(management))
        } catch {
            report.warnings.append(.init(.condition, "\(error)"))
            return report
        }
    }

    private func ask(_ address: ManagementAddress) async throws(ManagementFailure) -> TopologyReport {
        try await RabbitMQManagement(address: address)
            .compare(topology, virtualHost: settings.amqp.virtualHost, user: settings.amqp.user)
    }

    /// Nobody tells the time-out of the nodes, though it takes messages back from a worker that holds them too long.
    private static func withTimeout(_ report: TopologyReport) -> TopologyReport {
        var report = report
        let text =
            "RabbitMQ's consumer_timeout can't be asked for from here; "
            + "the default of 30 minutes suits: rabbitmqctl environment | grep consumer_timeout"
        report.warnings.append(.init(.unknown, text))
        return report
    }

    private static func withoutManagement(_ report: TopologyReport) -> TopologyReport {
        var report = withTimeout(report)
        report.warnings.append(
            .init(
                .notCompared,
                "policies, which can override what queues were declared with, were not compared: "
                    + "set RABBITMQ_MANAGEMENT_URL to compare them too"
            )
        )
        return report
    }
}

/// A broker that the worker must not begin on; told with every difference and what mends it.
struct TopologyNotAsRequired: Error, CustomStringConvertible {
    var report: TopologyReport

    var description: String {
        "RabbitMQ's topology differs from what is required:\n"
            + report.differences.map { $0.instructions(declaringWith: TopologyCheck.declaring) }.joined(separator: "\n")
    }
}

/// A report for programs.
struct TopologyReportView: Encodable {
    struct Difference: Encodable {
        struct Value: Encodable {
            var field: String
            var required: String
            var actual: String
        }

        var subject: String
        var kind: String
        var text: String
        var values: [Value]
        /// Lines for a shell; what is no command begins with `#`.
        var mend: [String]
    }

    struct Warning: Encodable {
        var kind: String
        var text: String
    }

    var ok: Bool
    var broker: String?
    var differences: [Difference]
    var warnings: [Warning]

    init(_ report: TopologyReport) {
        ok = report.isAsRequired
        broker = report.product?.description
        differences = report.differences.map { difference in
            Difference(
                subject: "\(difference.subject)",
                kind: difference.kind.rawValue,
                text: difference.text,
                values: difference.discrepancies.map {
                    .init(field: $0.field, required: $0.required, actual: $0.actual)
                },
                mend: difference.mend.map { $0.text(declaringWith: TopologyCheck.declaring) }
            )
        }
        warnings = report.warnings.map { Warning(kind: $0.kind.rawValue, text: $0.text) }
    }
}
