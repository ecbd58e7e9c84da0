import ArgumentParser
import OrderFulfilment
import OrderMessages

extension OrdersCommand {
    /// The subcommand `order-worker orders release`.
    struct Release: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End the wait of a command: say what became of its call, or have it tried now.",
            discussion: """
                applied      EMS has it: it ends as succeeded, with what EMS then holds.
                not-applied  EMS doesn't have it and won't: calls that had no answer may be made again at once.
                retry-now    It is tried now instead of when it is due.
                """
        )

        @Argument(help: "The command's id.") var id: String
        @Option(name: .customLong("as"), help: "applied, not-applied or retry-now.") var resolution: String
        @Option(help: "The command's source, when several have that id.") var source: String?
        @Flag(help: "Print JSON.") var json = false
        @OptionGroup var options: SettingOptions

        func validate() throws {
            guard Resolution(rawValue: resolution) != nil else {
                let all = Resolution.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("A command can't be released as '\(resolution)'. There are: \(all).")
            }
        }

        func run() async throws {
            try await withExitCodes {
                guard let resolution = Resolution(rawValue: resolution) else { return }
                let refusal = try await options.withLedger { session -> String? in
                    let identity = try await identity(in: session)
                    let answer = try await session.desk.perform(.release(identity, as: resolution))
                    guard case .released(.refused(let reason)) = answer else { return nil }
                    return reason
                }
                if let refusal { throw CommandFailure(description: "\(id) is not released: \(refusal)") }
                if json { return try JSONOutput.print(["id": id, "released": resolution.rawValue]) }
                Output.line(
                    "\(id) is released as \(resolution.rawValue); look at it with: order-worker orders show \(id)"
                )
            }
        }

        private func identity(in session: OperatorSession) async throws -> CommandIdentity {
            let found = try await session.ledger.orders(withID: id).filter {
                source == nil || $0.identity.source == source
            }
            guard let first = found.first else {
                throw CommandFailure(description: "the ledger has no command with the id \(id)")
            }
            guard found.count == 1 else {
                let sources = found.map(\.identity.source).joined(separator: ", ")
                throw CommandFailure(
                    description: "several sources have sent \(id): \(sources); say which with --source"
                )
            }
            return first.identity
        }
    }
}
