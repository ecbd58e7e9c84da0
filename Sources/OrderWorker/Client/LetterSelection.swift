import AMQP
import ArgumentParser
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// Which dead letters a command is about.
struct LetterSelection: ParsableArguments {
    @Argument(help: "Ids of commands (or of messages that could not be read).") var ids: [String] = []
    @Option(help: "Only with this reason, such as attempts-exhausted.") var reason: String?
    @Option(help: "Only of this operation.") var operation: String?
    @Flag(help: "All of them, or all that --reason and --operation leave.") var all = false
    @Option(help: "At most so many.") var limit = 1000

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1.") }
        if let reason, DeadLetterReason(rawValue: reason) == nil {
            let all = DeadLetterReason.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("There is no reason '\(reason)'. There are: \(all).")
        }
        if let operation { _ = try OrderOperation.named(operation) }
    }

    /// Whether it names letters at all.
    var isNarrow: Bool { !ids.isEmpty || reason != nil || operation != nil || all }

    func includes(_ letter: KeptLetter) -> Bool {
        (ids.isEmpty || [letter.id, letter.message.properties.messageID].contains { $0.map(ids.contains) ?? false })
            && (reason.map { $0 == letter.reason } ?? true)
            && (operation.map { $0 == letter.operation?.rawValue } ?? true)
    }
}
