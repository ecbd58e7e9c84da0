import AMQP
import ArgumentParser
import LocalServers
import Logging
import RabbitMQ

/// Lets the C program and the Swift program do the same work in turns on a private broker and prints the ratios.
@main struct TransportBenchmark: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "TransportBenchmark",
        abstract: "Consume, publish an event with a confirm, acknowledge: Swift against C, or a soak of the Swift side."
    )

    @Option(help: "Messages of each run.") var messages = 40_000
    @Option(help: "Runs of each program, interleaved.") var rounds = 5
    @Option(help: "Unacknowledged messages at once.") var prefetch = 500
    @Option(help: "Instead: messages of one long run that watches the memory.") var soak: Int?

    func run() async throws {
        let bench = try await Bench(prefetch: prefetch)
        if let soak {
            try await bench.soak(messages: soak)
        } else {
            try await bench.compare(messages: messages, rounds: rounds)
        }
    }
}
