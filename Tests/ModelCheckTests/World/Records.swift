import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// What a history has done so far, kept beside it to judge it by.
struct Records {
    /// How a command ended, once for each time.
    struct End: Hashable {
        var outcome: Outcome
        var round: Int
        var eventID: String?
    }

    /// A field that a command wrote: as it was before, and as the command left it.
    struct Contribution: Hashable {
        var before: String?
        var after: String?
    }

    var violations: [String] = []
    var known: KnownSubscription?
    var contributions: [String: [String: Contribution]] = [:]
    var ends: [String: [End]] = [:]
    /// The bytes under each event id.
    var events: [String: Set<[UInt8]>] = [:]
    /// Commands with a letter in the dead-letter queue, once.
    var letters: Set<String> = []
    var conversions = 0
    var isCancelled = false
    /// Commands whose dead letter was replayed.
    var replayed: Set<String> = []
    /// How often each was sent beyond the first time.
    var copies: [String: Int] = [:]

    /// What of a command is in EMS and wasn't before.
    func left(by command: String) -> [String] {
        (contributions[command] ?? [:]).filter { $0.value.before != $0.value.after }.map(\.key).sorted()
    }

    var digest: Int {
        var hasher = Hasher()
        hasher.combine(contributions.mapValues { $0.filter { $0.value.before != $0.value.after } })
        hasher.combine(ends.mapValues { $0.map(\.outcome) })
        hasher.combine(Set(events.keys))
        hasher.combine(letters)
        hasher.combine(conversions)
        hasher.combine(isCancelled)
        hasher.combine(replayed)
        hasher.combine(copies)
        return hasher.finalize()
    }
}
