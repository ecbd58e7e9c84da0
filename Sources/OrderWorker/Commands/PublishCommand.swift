import ArgumentParser
import Foundation
import OrderFulfilment
import SubscriptionLifecycle

/// The subcommand `order-worker publish`.
struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Publish a command from a file or flags, wait for its outcome, and print it.",
        discussion: """
            FILE holds a whole CloudEvents event, or with --operation only its data; - reads standard input.

              order-worker publish order.json
              order-worker publish --operation cancel-subscription --data '{"subscriptionId": "SUB-1001"}'

            Exit status: 0 when it succeeded (or was previewed), 1 when it was rejected, dead-lettered, or no outcome came.
            """
    )

    @Argument(help: "File with the event or the data; - for standard input.") var file: String?
    @Option(help: "The operation; with it, FILE and --data hold only the data of the command.") var operation: String?
    @Option(help: "The data of the command, as JSON.") var data: String?
    @Option(help: "The command's id; a new one when not given.") var id: String?
    @Option(help: "The command's source.") var source = "/order-worker/publish"
    @Flag(help: "Only decide: the outcome is a preview, nothing is written.") var dryRun = false
    @Flag(help: "Send the bytes of FILE as they are, whatever they are (needs --operation).") var raw = false
    @Flag(help: "Don't wait for the outcome.") var noWait = false
    @Option(help: "Seconds to wait for the outcome.") var timeout = 60.0
    @Flag(help: "Print the outcome event as it came.") var json = false
    @OptionGroup var options: SettingOptions

    func validate() throws {
        guard (file == nil) != (data == nil) else { throw ValidationError("Give either a file or --data.") }
        guard data == nil || operation != nil else { throw ValidationError("--data needs --operation.") }
        guard !raw || (operation != nil && file != nil) else {
            throw ValidationError("--raw needs FILE and --operation.")
        }
    }

    func run() async throws {
        try await withExitCodes {
            let settings = try WorkerSettings(try await options.values(), needsEMS: false)
            let draft = try draft()
            let client = try await OrderClient.connect(settings)
            let outcomes = client.outcomes
            try await client.publish(draft.body, operation: draft.operation, messageID: draft.id)
            guard !noWait, let id = draft.id else {
                await client.close()
                return Output.line("published to \(client.topology.commands) with routing key \(draft.operation)")
            }
            let outcome = try await firstOutcome(of: id, in: outcomes)
            await client.close()
            guard let outcome else {
                throw CommandFailure(
                    description:
                        "no outcome within \(timeout) s. The command is safe in its queue; is a worker running, and "
                        + "does it reach EMS? Look at it with: order-worker orders show \(id)"
                )
            }
            guard ["succeeded", "previewed"].contains(outcome.data.outcome) else { throw ExitCode.failure }
        }
    }

    func draft() throws -> CommandDraft {
        if let data {
            return try CommandDraft(operation: try knownOperation(), data: data, id: id, source: source, dryRun: dryRun)
        }
        let bytes = try Input.bytes(of: file ?? "-")
        if raw { return try CommandDraft(event: bytes, operation: operation) }
        guard operation != nil else { return try CommandDraft(event: bytes, operation: nil) }
        return try CommandDraft(
            operation: try knownOperation(),
            data: String(decoding: bytes, as: UTF8.self),
            id: id,
            source: source,
            dryRun: dryRun
        )
    }

    private func knownOperation() throws -> OrderOperation {
        guard let known = operation.flatMap(OrderOperation.init(rawValue:)) else {
            let all = OrderOperation.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("There is no operation '\(operation ?? "")'. There are: \(all).")
        }
        return known
    }

    /// Prints every event of the command (a sync has several) and returns the last; `nil` when none came in time.
    private func firstOutcome(
        of id: String,
        in outcomes: AsyncStream<(view: OutcomeView, text: String)>
    ) async throws -> OutcomeView? {
        let json = json
        return await withTaskGroup(of: OutcomeView?.self) { group in
            group.addTask {
                for await (view, text) in outcomes where view.data.command.id == id {
                    Output.line(json ? text : OutcomeText.lines(view))
                    if !view.type.hasSuffix(".entitlement.v1") { return view }
                }
                return nil
            }
            let timeout = timeout
            group.addTask {
                try? await Task.sleep(for: .seconds(timeout))
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
