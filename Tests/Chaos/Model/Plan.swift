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
        var edits: [HandEdit] = []
        /// What it holds in the end, when it is numbered.
        var end: ModelEntitlement?
    }

    /// A message as a publisher sends it.
    struct Message: Sendable {
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

    /// How many different commands there are.
    var commandCount: Int { histories.reduce(0) { $0 + $1.commands.count } + reads.count + letters.count + twins.count }
    /// Commands that get a claim.
    var claimedCount: Int { histories.reduce(0) { $0 + $1.commands.count } }
    /// Every id that must get an outcome or a dead letter that names it.
    var ids: Set<String> {
        Set(histories.flatMap(\.commands).map(\.id) + reads + letters.compactMap(\.id) + twins)
    }
}
