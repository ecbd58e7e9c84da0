import SubscriptionLifecycle

/// All that is published in a cell, and what is known of it beforehand.
struct Plan: Sendable {
    /// A command that changes something, or is to be refused.
    struct Command: Sendable {
        var id: String
        var command: ChangeCommand
        /// A link of a numbered history: it must succeed.
        var isLink = false
    }

    /// A subscription and every command for it, in the order in which they were made up.
    struct History: Sendable {
        var name: String
        /// Its commands say which version they expect, so that one end alone is right.
        var isNumbered: Bool
        var commands: [Command]
        /// Its commands are sent one after the other, and the changes through one queue: they take effect in that order.
        var isOrdered = false
        var edits: [HandEdit] = []
        /// What EMS holds before the first command, past the ledger.
        var adopted: ModelEntitlement?
        /// What it holds in the end, when it is numbered.
        var end: ModelEntitlement?
    }

    /// A message as a publisher sends it.
    struct Message: Hashable, Sendable {
        var routingKey: String
        var body: [UInt8]
    }

    /// A message that must become a dead letter.
    struct Letter: Sendable {
        /// The command's id, where it can be read.
        var id: String?
        var body: [UInt8]
        var reason: String
    }

    var histories: [History] = []
    /// Ids of views, syncs and dry runs.
    var reads: [String] = []
    var letters: [Letter] = []
    /// Identities that came with two contents: one of the two is a dead letter.
    var twins: [String] = []
    /// Shuffled, and some several times.
    var messages: [Message] = []
    /// Messages that are sent one after the other, each when the one before it is confirmed.
    var sequences: [[Message]] = []

    /// Ids of dead letters that an operator has replaced by commands of other ids.
    private(set) var replaced: Set<String> = []

    /// An operator has sent a command in the stead of a dead letter.
    mutating func replace(_ id: String, by command: Command) {
        for index in histories.indices where histories[index].commands.contains(where: { $0.id == id }) {
            histories[index].commands.append(command)
            replaced.insert(id)
        }
    }

    /// How many different commands there are.
    var commandCount: Int { histories.reduce(0) { $0 + $1.commands.count } + reads.count + letters.count + twins.count }
    /// Commands that get a claim.
    var claimedCount: Int { histories.reduce(0) { $0 + $1.commands.count } }
    /// Every id that must get an outcome or a dead letter that names it.
    var ids: Set<String> {
        Set(histories.flatMap(\.commands).map(\.id) + reads + letters.compactMap(\.id) + twins)
    }
}
