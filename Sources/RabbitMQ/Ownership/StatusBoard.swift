import Synchronization

/// What the owner's thread last said about its connection; anybody reads it.
final class StatusBoard<Status: Sendable>: Sendable {
    private struct State {
        var status: Status
        var lastTurn: ContinuousClock.Instant
    }

    private let state: Mutex<State>

    init(_ status: Status) { state = Mutex(State(status: status, lastTurn: .now)) }

    func update(_ change: (inout Status) -> Void) { state.withLock { change(&$0.status) } }

    func turned(now: ContinuousClock.Instant) { state.withLock { $0.lastTurn = now } }

    /// The status and the seconds since the last turn of the loop.
    var current: (status: Status, secondsSinceLastTurn: Double) {
        state.withLock { state in
            let silence = state.lastTurn.duration(to: .now)
            return (state.status, silence / .seconds(1))
        }
    }
}
