import AMQP
import ArgumentParser
import Logging
import OrderFulfilment
import RabbitMQ

/// The subcommand `order-worker topology`.
struct TopologyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "topology",
        abstract: "The exchanges, queues and bindings that the worker needs.",
        subcommands: [Print.self, Apply.self, Check.self]
    )

    struct Print: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print them in RabbitMQ's definitions format, for rabbitmqctl import_definitions."
        )

        @Flag(help: "Print JSON, which it does anyway.") var json = false
        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withExitCodes {
                let settings = try WorkerSettings(try await options.values(), needsEMS: false)
                let topology = OrderTopology(prefix: settings.topologyPrefix).topology
                Output.line(try TopologyDefinitions.json(topology, virtualHost: settings.amqp.virtualHost))
            }
        }
    }

    struct Apply: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Declare what is missing.")

        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withExitCodes {
                let settings = try WorkerSettings(try await options.values(), needsEMS: false)
                let topology = OrderTopology(prefix: settings.topologyPrefix).topology
                do throws(BrokerFailure) {
                    let warnings = try await RabbitMQAdministration(configuration: settings.broker, logger: Log.quiet)
                        .declare(topology)
                    for warning in warnings { Output.warning("\(warning)") }
                } catch {
                    guard case .topology(let differences) = error else { throw error }
                    throw TopologyNotAsRequired(report: TopologyReport(differences: differences))
                }
                Output.line(
                    "declared \(topology.exchanges.count) exchanges, \(topology.queues.count) queues and "
                        + "\(topology.bindings.count) bindings on \(settings.amqp)"
                )
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Compare the broker with them: exit 0 when all is as required, 78 with every difference and its mending."
        )

        @Flag(help: "Print JSON.") var json = false
        @Flag(help: "Only ask whether things exist, which needs no permission.") var passive = false
        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withExitCodes {
                let settings = try WorkerSettings(try await options.values(), needsEMS: false)
                let report = try await TopologyCheck(settings: settings).report(passively: passive)
                if json {
                    try JSONOutput.print(TopologyReportView(report))
                    guard report.isAsRequired else { throw ExitCode.wrongConfiguration }
                    return
                }
                for warning in report.warnings { Output.warning("\(warning)") }
                guard report.isAsRequired else { throw TopologyNotAsRequired(report: report) }
                Output.line("the topology \(settings.topologyPrefix) is as required")
            }
        }
    }
}
