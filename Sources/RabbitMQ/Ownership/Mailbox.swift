import Synchronization

/// Values from anywhere for the thread that owns a connection.
final class Mailbox<Command: Sendable>: Sendable {
    private struct State {
        var commands: [Command] = []
        var isClosed = false
    }

    private let state = Mutex(State())
    let wakeUp = WakeUp()

    /// Commands that the owner has not taken yet.
    ///
    /// What is posted bounds it: a publishing has to find room first, a delivery is settled once, and everything else has
    /// a caller that waits for the answer.
    var count: Int { state.withLock { $0.commands.count } }

    /// Posts a command and wakes the owner; `false` when the owner has gone and will never look.
    func post(_ command: Command) -> Bool {
        let (accepted, wasEmpty) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.commands.append(command)
            return (true, state.commands.count == 1)
        }
        // Only the first one signals: the owner takes all that wait at once.
        if wasEmpty { wakeUp.signal() }
        return accepted
    }

    /// Takes all that wait, in order.
    func drain() -> [Command] {
        wakeUp.clear()
        return state.withLock { state in
            defer { state.commands = [] }
            return state.commands
        }
    }

    /// Takes the last commands and accepts no more.
    func close() -> [Command] {
        state.withLock { state in
            state.isClosed = true
            defer { state.commands = [] }
            return state.commands
        }
    }
}
