import Synchronization

/// The calls that wait for a connection, and whether there is any.
///
/// Calls made at the same time share a transaction and its wait for the disk. While the server is away they wait a
/// little; when it has been away for longer, they are refused at once, so that nobody upstream waits in vain.
final class SubmissionQueue: Sendable {
    private struct State {
        var waiting: [Submission] = []
        /// What must be done although nobody waits for it, not before that moment.
        var owed: (calls: [Submission], after: ContinuousClock.Instant) = ([], .now)
        /// Connections with nothing to do.
        var idle: [WakePipe] = []
        var all: [WakePipe] = []
        /// Threads that have not ended.
        var threads = 0
        var connected = 0
        var awaySince: ContinuousClock.Instant?
        var reason: ServerFailure = .lost("not connected yet")
        var isClosed = false
        var commits = 0
    }

    /// Bounds how long the first of a group waits for the last, and what a connection must hold in memory.
    private static let largestGroup = (calls: 256, bytes: 8 << 20)

    /// Seconds that calls wait for the server to come back.
    let patience: Double
    private let state = Mutex(State())

    init(patience: Double) { self.patience = patience }

    var isClosed: Bool { state.withLock(\.isClosed) }

    /// Groups committed so far.
    var commits: Int { state.withLock(\.commits) }

    // MARK: Callers

    /// Makes a call and waits for its answer.
    func run(
        _ rank: Submission.Rank,
        patience: Double? = nil,
        disown: (@Sendable () -> ServerConnection.Call)? = nil,
        _ call: @escaping @Sendable (_ isRepeated: Bool) -> ServerConnection.Call
    ) async -> Submission.Outcome {
        await withCheckedContinuation { continuation in
            submit(
                Submission(
                    rank: rank,
                    size: call(false).parameters.reduce(200) { $0 + $1.size },
                    deadline: Deadline(after: patience ?? self.patience),
                    call: call,
                    answer: { continuation.resume(returning: $0) },
                    disown: disown
                )
            )
        }
    }

    private func submit(_ submission: Submission) {
        let (refusal, idle) = state.withLock { state -> (ServerFailure?, WakePipe?) in
            if state.isClosed { return (.lost("the ledger is closed"), nil) }
            if let away = state.awaySince, ContinuousClock.now - away > .seconds(patience) {
                return (state.reason, nil)
            }
            state.waiting.append(submission)
            return (nil, state.idle.popLast())
        }
        if let refusal { submission.answer(.failed(refusal)) }
        idle?.signal()
    }

    /// Accepts no more; connections end when nothing waits any more.
    func close() {
        let all = state.withLock { state in
            state.isClosed = true
            return state.all
        }
        for pipe in all { pipe.signal() }
    }

    // MARK: Connections

    func enter(_ pipe: WakePipe) {
        state.withLock { state in
            state.all.append(pipe)
            state.threads += 1
        }
    }

    /// A thread ends; the last one answers whoever waits still.
    func leave() {
        state.withLock { $0.threads -= 1 }
        expire()
    }

    /// The next group, ordered by rank; with nothing to do, the connection counts as idle from now on.
    func next(_ pipe: WakePipe) -> [Submission] {
        state.withLock { state in
            if !state.owed.calls.isEmpty, state.owed.after <= .now {
                state.waiting.insert(contentsOf: state.owed.calls, at: 0)
                state.owed.calls = []
            }
            var bytes = 0
            let count = state.waiting.prefix(Self.largestGroup.calls).prefix { submission in
                defer { bytes += submission.size }
                return bytes == 0 || bytes + submission.size <= Self.largestGroup.bytes
            }.count
            state.idle.removeAll { $0 === pipe }
            if count == 0 { state.idle.append(pipe) }
            let group = Array(state.waiting.prefix(count))
            state.waiting.removeFirst(count)
            return group.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }
                .map(\.element)
        }
    }

    func committed() { state.withLock { $0.commits += 1 } }

    /// Puts calls back in front of all others.
    func putBack(_ submissions: [Submission]) {
        guard !submissions.isEmpty else { return }
        let idle = state.withLock { state in
            state.waiting.insert(contentsOf: submissions, at: 0)
            return state.idle.popLast()
        }
        idle?.signal()
    }

    /// Takes what must be done for a little later.
    func owe(_ submissions: [Submission]) {
        guard !submissions.isEmpty else { return }
        state.withLock { $0.owed = ($0.owed.calls + submissions, .now + .seconds(1)) }
    }

    func connected() {
        let idle = state.withLock { state in
            state.connected += 1
            state.awaySince = nil
            defer { state.idle = [] }
            return state.idle
        }
        for pipe in idle { pipe.signal() }
    }

    /// A connection is lost: what it would have been woken for is for another one.
    func disconnected(_ pipe: WakePipe, _ reason: ServerFailure) {
        let idle = state.withLock { state -> WakePipe? in
            state.connected -= 1
            state.reason = reason
            state.idle.removeAll { $0 === pipe }
            if state.connected == 0 { state.awaySince = state.awaySince ?? .now }
            return state.waiting.isEmpty ? nil : state.idle.popLast()
        }
        idle?.signal()
    }

    /// An attempt to connect was in vain.
    func stillAway(_ reason: ServerFailure) {
        state.withLock { state in
            state.reason = reason
            if state.connected == 0 { state.awaySince = state.awaySince ?? .now }
        }
        expire()
    }

    /// Answers those that have waited long enough.
    func expire() {
        let (overdue, reason) = state.withLock { state in
            let isOver = state.isClosed && state.connected == 0 && state.threads == 0
            return (state.waiting.takeOverdue(all: isOver), state.reason)
        }
        owe(overdue.compactMap { $0.giveUp(reason) })
    }
}
