import Testing

/// What an exploration came to.
struct Exploration: Sendable {
    var title: String
    /// Different worlds.
    var states = 0
    /// Histories that were run, most of them up to a world that was known.
    var executions = 0
    /// Histories that came to their end.
    var ended = 0
    /// The longest, in steps.
    var depth = 0
    /// Whether nothing is left to be explored.
    var isComplete = false
    /// Those that were cut off at their bound, with it; of one that was drawn by lot there is always more.
    var cut: [String] = []
    /// What must not be, and the shortest way to it.
    var violation: Violation?

    struct Violation: Sendable {
        var texts: [String]
        var trace: [String]
        /// The choices, for a replay.
        var choices: [Int]
    }

    var summary: String {
        "\(title): explored \(states) states, \(executions) executions, \(ended) histories to their end, "
            + "\(depth) steps at most, \(extent)"
    }

    /// Whether that was all; if not, what is missing.
    private var extent: String {
        guard !isComplete else { return "all" }
        return cut.isEmpty ? "not all" : "NOT ALL, cut off: \(cut.joined(separator: "; "))"
    }

    /// The violation as a person reads it.
    var story: String {
        guard let violation else { return summary }
        let steps = violation.trace.enumerated().map { "  \($0.offset + 1). \($0.element)" }
        return (["\(title):"] + violation.texts + steps + ["choices: \(violation.choices)"]).joined(separator: "\n")
    }
}

extension Exploration {
    /// Counts another one in.
    mutating func add(_ other: Exploration) {
        states += other.states
        executions += other.executions
        ended += other.ended
        depth = max(depth, other.depth)
        isComplete = isComplete && (other.isComplete || other.violation != nil)
        cut += other.cut
    }
}

extension Exploration {
    /// An issue when something is left; of a longer search, which may be cut off, a warning.
    func mustBeAll() {
        guard !isComplete else { return }
        Issue.record("\(summary)", severity: Effort.isLong ? .warning : .error)
    }
}
