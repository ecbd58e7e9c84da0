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
                print(try TopologyDefinitions.json(topology, virtualHost: settings.amqp.virtualHost))
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
                try await RabbitMQAdministration(configuration: settings.broker, logger: Log.quiet).declare(topology)
                print(
                    "declared \(topology.exchanges.count) exchanges, \(topology.queues.count) queues and "
                        + "\(topology.bindings.count) bindings on \(settings.amqp)"
                )
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare the broker with them: exit 0 when all are there, 78 with the difference."
        )

        @Flag(help: "Print JSON.") var json = false
        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withExitCodes {
                let settings = try WorkerSettings(try await options.values(), needsEMS: false)
                let topology = OrderTopology(prefix: settings.topologyPrefix).topology
                let administration = RabbitMQAdministration(configuration: settings.broker, logger: Log.quiet)
                guard json else {
                    try await administration.verify(topology)
                    return print("the topology \(settings.topologyPrefix) is as required")
                }
                let differences = try await differences(administration, topology)
                try JSONOutput.print(Report(ok: differences.isEmpty, differences: differences))
                guard differences.isEmpty else { throw ExitCode.wrongConfiguration }
            }
        }

        private struct Report: Encodable {
            var ok: Bool
            var differences: [String]
        }

        private func differences(
            _ administration: RabbitMQAdministration,
            _ topology: Topology
        ) async throws(BrokerFailure) -> [String] {
            do {
                try await administration.verify(topology)
                return []
            } catch {
                guard case .topology(let differences) = error else { throw error }
                return differences.map(\.description)
            }
        }
    }
}
