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
        let isAccepted = state.withLock { state in
            if !state.isClosed { state.commands.append(command) }
            return !state.isClosed
        }
        if isAccepted { wakeUp.signal() }
        return isAccepted
    }

    /// Takes all that wait, in order, into an empty array whose memory the next ones will use.
    func drain(into commands: inout [Command]) {
        wakeUp.reset()
        state.withLock { swap(&$0.commands, &commands) }
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
