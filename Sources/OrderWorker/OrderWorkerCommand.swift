import ArgumentParser

/// The command line: one subcommand a file, under `Commands/`.
@main
struct OrderWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "order-worker",
        abstract: "Takes subscription orders from RabbitMQ to Thales Sentinel EMS, and announces what became of them.",
        discussion: """
            Every setting can be given as a flag (--amqp-url), in the environment (AMQP_URL), or in a file (--config FILE,
            YAML or JSON with the same names); flags win over the environment, the environment over the file.

            Exit codes: 0 done, 1 failed, 64 wrong usage, 78 wrong configuration.
            """,
        subcommands: [
            RunCommand.self, CheckCommand.self, DemoCommand.self, TopologyCommand.self, PublishCommand.self,
            PreviewCommand.self,
            ConformCommand.self,
            OrdersCommand.self, DeadLettersCommand.self, PauseCommand.self, ResumeCommand.self, ContractsCommand.self,
        ]
    )
}
