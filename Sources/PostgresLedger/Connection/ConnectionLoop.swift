import Foundation

/// What a connection's thread does.
///
/// Nobody hears of success before the commit. When the connection is lost in between, nobody knows whether it was
/// committed, or still will be: the server may have the calls and not have begun them. So the next connection first
/// ends the session of the one before; then the same calls are made again, and each says by a token of its own that it
/// is the same.
struct ConnectionLoop {
    let thread: ConnectionThread
    let pipe: WakePipe
    /// The session before, which may still be at work.
    private var predecessor: ServerSession?
    /// What it may have done, or may still do.
    private var doubtful: [Submission] = []

    /// Calls that are again in somebody's way are refused.
    private static let mostCollisions = 8

    private var queue: SubmissionQueue { thread.queue }

    init(thread: ConnectionThread, pipe: WakePipe) {
        self.thread = thread
        self.pipe = pipe
    }

    /// Runs until the queue is closed and empty.
    mutating func run() {
        while let connection = connect() {
            queue.connected()
            do throws(ServerFailure) {
                try serve(connection)
                return queue.disconnected(pipe, .lost("the ledger is closed"))
            } catch {
                queue.disconnected(pipe, error)
            }
        }
        for submission in doubtful { _ = submission.giveUp(.lost("the ledger is closed")) }
    }

    private mutating func connect() -> ServerConnection? {
        var pause = 0.05
        while true {
            do throws(ServerFailure) {
                return try connectOnce()
            } catch {
                expire(error)
                queue.stillAway(error)
            }
            guard !queue.isClosed else { return nil }
            let end = Deadline(after: pause * Double.random(in: 0.5...1))
            while !end.hasPassed, !queue.isClosed {
                _ = pipe.wait(or: nil, milliseconds: min(end.milliseconds, 100))
                queue.expire()
            }
            pause = min(pause * 2, 2)
        }
    }

    private mutating func connectOnce() throws(ServerFailure) -> ServerConnection {
        let deadline = Deadline(after: thread.longestAnswer)
        let queue = queue
        let connection = try ServerConnection(thread.parameters, deadline: deadline) { queue.expire() }
        let session = try ServerSession(connection, deadline)
        if let predecessor { try predecessor.end(from: connection, deadline) }
        try Session.setUp(connection, deadline)
        try Session.checkVersion(connection, deadline)
        if thread.listening != nil { try connection.script("LISTEN \(Listening.channel)", deadline) }
        try connection.prepare(Session.statements + thread.statements, deadline)
        predecessor = session
        queue.putBack(doubtful)
        doubtful = []
        return connection
    }

    /// Those that have waited long enough for the next connection.
    private mutating func expire(_ failure: ServerFailure) {
        let overdue = doubtful.takeOverdue()
        doubtful += overdue.compactMap { $0.giveUp(failure) }
    }

    private mutating func serve(_ connection: ServerConnection) throws(ServerFailure) {
        while true {
            let group = queue.next(pipe)
            if !group.isEmpty {
                try run(group, connection)
            } else if queue.isClosed {
                return
            } else {
                // Signalled by the next call, by a notification, or by the connection's end.
                guard pipe.wait(or: connection.descriptor, milliseconds: 30_000) else { continue }
            }
            for payload in try connection.notifications() { thread.listening?.heard(payload) }
        }
    }

    private mutating func run(_ group: [Submission], _ connection: ServerConnection) throws(ServerFailure) {
        let ending: ServerConnection.Ending
        do throws(ServerFailure) {
            let calls = group.map { $0.call($0.isRepeated) }
            ending = try connection.transaction(calls, Deadline(after: thread.longestAnswer))
        } catch {
            for var submission in group {
                submission.isRepeated = true
                doubtful.append(submission)
            }
            expire(error)
            throw error
        }
        switch ending {
        case .committed(let answers):
            queue.committed()
            for (submission, rows) in zip(group, answers) { submission.answer(.rows(rows)) }
        case .undone(_, let failure) where failure.isCollision:
            collide(group, failure)
        case .undone(let index?, let failure) where failure.isOwnFault:
            var others = group
            others.remove(at: index).answer(.failed(failure))
            queue.putBack(others)
        case .undone(_, let failure):
            queue.owe(group.compactMap { $0.giveUp(failure) })
            // After a failover this may be the old server: the next connection finds the new one.
            if failure.code == "25006" { throw failure }
        }
    }

    /// Others were in the way: once more, but not for ever.
    private func collide(_ group: [Submission], _ failure: ServerFailure) {
        var again: [Submission] = []
        for var submission in group {
            submission.collisions += 1
            if submission.collisions > Self.mostCollisions {
                queue.owe(submission.giveUp(failure).map { [$0] } ?? [])
            } else {
                again.append(submission)
            }
        }
        queue.putBack(again)
    }
}
