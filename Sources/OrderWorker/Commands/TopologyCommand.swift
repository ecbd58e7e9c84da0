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

        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withExitCodes {
                let settings = try WorkerSettings(try await options.values(), needsEMS: false)
                let topology = OrderTopology(prefix: settings.topologyPrefix).topology
                print(TopologyDefinitions.json(topology, virtualHost: settings.amqp.virtualHost))
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

        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withExitCodes {
                let settings = try WorkerSettings(try await options.values(), needsEMS: false)
                let topology = OrderTopology(prefix: settings.topologyPrefix).topology
                try await RabbitMQAdministration(configuration: settings.broker, logger: Log.quiet).verify(topology)
                print("the topology \(settings.topologyPrefix) is as required")
            }
        }
    }
}
