import ArgumentParser
import Foundation
import OrderFulfilment
import SubscriptionLifecycle

/// The subcommand `order-worker pause`.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Begin no more commands of an operation, on every worker, until it is resumed.",
        discussion: """
            What is in hand is finished. Commands stay in their queue; up to the prefetch of them wait with the worker, and
            after ten minutes in its ledger. The pause is kept in the ledger and outlives restarts.
            """
    )

    @Argument(help: "The operation, such as renew-subscription.") var operation: String
    @Option(help: "Why, for whoever wonders.") var reason: String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var options: SettingOptions

    func validate() throws { _ = try OrderOperation.named(operation) }

    func run() async throws {
        try await withExitCodes {
            let pause = Pause(
                operation: try OrderOperation.named(operation),
                by: OperatorSession.operatorName,
                since: Date(),
                reason: reason
            )
            _ = try await options.withLedger { try await $0.desk.perform(.pause(pause)) }
            if json { return try JSONOutput.print(["operation": operation, "state": "paused"]) }
            Output.line("\(operation) is paused; resume it with: order-worker resume \(operation)")
        }
    }
}

/// The subcommand `order-worker resume`.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Begin commands of a paused operation again."
    )

    @Argument(help: "The operation.") var operation: String
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var options: SettingOptions

    func validate() throws { _ = try OrderOperation.named(operation) }

    func run() async throws {
        try await withExitCodes {
            let named = try OrderOperation.named(operation)
            let answer = try await options.withLedger { try await $0.desk.perform(.resume(named)) }
            let wasPaused = if case .resumed(true) = answer { true } else { false }
            if json { return try JSONOutput.print(["operation": operation, "state": "running"]) }
            Output.line(wasPaused ? "\(operation) goes on" : "\(operation) was not paused")
        }
    }
}

extension OrderOperation {
    /// The operation of that name, or what there is.
    static func named(_ name: String) throws -> OrderOperation {
        guard let operation = OrderOperation(rawValue: name) else {
            let all = OrderOperation.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("There is no operation '\(name)'. There are: \(all).")
        }
        return operation
    }
}
