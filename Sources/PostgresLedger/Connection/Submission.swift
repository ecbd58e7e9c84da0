/// One call that waits for its turn on a connection.
struct Submission: Sendable {
    /// Where it stands in a transaction, so that two transactions never wait for each other: by lane, then by command,
    /// then what waits for nobody.
    enum Rank: Comparable, Sendable {
        case lane(Int64)
        case command(String)
        case last
    }

    /// What its caller hears.
    enum Outcome: Sendable {
        /// It is done and durable.
        case rows([AnswerRow])
        /// It was not done.
        case failed(ServerFailure)
        /// It may have been done: the connection was lost while the answer was on its way.
        case unknown(ServerFailure)
    }

    var rank: Rank
    /// About how much it adds to a transaction, in bytes.
    var size: Int
    /// Until when it may wait for a connection.
    var deadline: Deadline
    /// The call; told whether it may have been done before.
    var call: @Sendable (_ isRepeated: Bool) -> ServerConnection.Call
    var answer: @Sendable (Outcome) -> Void
    /// Undoes what it may have done, where that would stay behind if nobody heard of it.
    var disown: (@Sendable () -> ServerConnection.Call)?
    /// Whether it may have been done before.
    var isRepeated = false
    /// How often another transaction was in its way.
    var collisions = 0
    /// Whether nobody waits for it, but it must be done all the same.
    var isDebt = false

    /// Tells the caller that it wasn't done, or that nobody knows; answers with what must be done about that.
    func giveUp(_ failure: ServerFailure) -> Submission? {
        guard !isDebt else { return self }
        guard isRepeated else {
            answer(.failed(failure))
            return nil
        }
        answer(.unknown(failure))
        guard let disown else { return nil }
        return Submission(
            rank: .last,
            size: 100,
            deadline: Deadline(after: 86_400),
            call: { _ in disown() },
            answer: { _ in },
            isDebt: true
        )
    }
}

extension [Submission] {
    /// Takes out those that have waited long enough for a connection; with `all`, everyone.
    ///
    /// The clock is read once: between two looks at it one more could be over, and would be taken out unanswered, with a
    /// caller that waits for ever.
    mutating func takeOverdue(all: Bool = false) -> [Submission] {
        let now = Deadline(after: 0)
        func isOverdue(_ submission: Submission) -> Bool {
            all || (submission.deadline <= now && !submission.isDebt)
        }
        let overdue = filter(isOverdue)
        if !overdue.isEmpty { removeAll(where: isOverdue) }
        return overdue
    }
}
