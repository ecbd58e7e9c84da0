import OrderMessages
import SubscriptionLifecycle

/// The numbers of the changes, by subscription: `expectedVersion`.
struct SeenNumbers: Sendable {
    fileprivate struct Numbers {
        var commands: [Int: [CommandIdentity]] = [:]
        var unnumbered: [CommandIdentity] = []
    }

    private var subscriptions: [String: Numbers] = [:]
    /// Commands that left their number unused, as an outcome said, or the command that replaced them.
    private var refused: Set<CommandIdentity> = []
    private var impossible: [(id: String, detail: String)] = []

    mutating func take(_ order: Order) {
        guard case .change(let command) = order.command else { return }
        let (identity, operation) = (order.envelope.identity, order.operation.rawValue)
        if let replaced = order.envelope.replaces { refuse(CommandIdentity(source: identity.source, id: replaced)) }
        var numbers = subscriptions[command.subscriptionID.description] ?? Numbers()
        if let number = command.expectedVersion {
            numbers.commands[number, default: []].append(identity)
            if command.creates, number != 0 {
                impossible.append(
                    (identity.id, "\(operation) with expectedVersion \(number): it needs 0, nothing there yet")
                )
            } else if !command.creates, number == 0 {
                impossible.append(
                    (identity.id, "\(operation) with expectedVersion 0, which says that nothing is there yet")
                )
            }
        } else {
            numbers.unnumbered.append(identity)
        }
        subscriptions[command.subscriptionID.description] = numbers
    }

    mutating func refuse(_ identity: CommandIdentity) { refused.insert(identity) }

    /// Adds what only all of them together show.
    func judge(into findings: inout ConformFindings<PublisherRule>) {
        for (id, detail) in impossible { findings.add(.failure, .numbering, id, detail) }
        for (name, numbers) in subscriptions.sorted(by: { $0.key < $1.key }) {
            for (number, all) in numbers.commands.sorted(by: { $0.key < $1.key }) {
                let users = all.filter { !refused.contains($0) }.map(\.id)
                guard users.count > 1 else { continue }
                findings.add(
                    .failure,
                    .numbering,
                    users.joined(separator: ", "),
                    "\(name): \(users.count) commands have expectedVersion \(number), and only one of them can succeed"
                )
            }
            if let missing = numbers.missing {
                findings.add(
                    numbers.unnumbered.isEmpty ? .failure : .hint,
                    .numbering,
                    name,
                    "no command has expectedVersion \(missing.map(String.init).joined(separator: ", ")): what follows waits for it"
                )
            }
            if numbers.unnumbered.count > 1 {
                findings.add(
                    .hint,
                    .numbering,
                    numbers.unnumbered.prefix(5).map(\.id).joined(separator: ", "),
                    "\(name): without expectedVersion their order is kept only as far as one queue delivers them"
                )
            }
        }
    }
}

extension SeenNumbers.Numbers {
    /// The first few numbers that are missing between the lowest and the highest; `nil` when none is.
    fileprivate var missing: [Int]? {
        guard let lowest = commands.keys.min(), let highest = commands.keys.max(), highest - lowest >= commands.count
        else { return nil }
        return Array((lowest...highest).lazy.filter { commands[$0] == nil }.prefix(5))
    }
}
