import Synchronization

/// At most so many calls at once; the others wait in order.
final class InFlightLimit: Sendable {
    private struct State {
        var free: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
        var head = 0
    }

    private let state: Mutex<State>

    init(_ limit: Int) { state = Mutex(State(free: max(1, limit))) }

    /// Runs the call when there is room.
    ///
    /// Waiting ends by itself: whoever runs has a deadline.
    func run<Value: Sendable>(_ call: () async -> Value) async -> Value {
        await enter()
        defer { leave() }
        return await call()
    }

    private func enter() async {
        await withCheckedContinuation { continuation in
            let mayEnter = state.withLock { state in
                guard state.free == 0 else {
                    state.free -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if mayEnter { continuation.resume() }
        }
    }

    private func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.head < state.waiting.count else {
                state.free += 1
                return nil
            }
            defer {
                state.head += 1
                if state.head == state.waiting.count { (state.waiting, state.head) = ([], 0) }
            }
            return state.waiting[state.head]
        }
        next?.resume()
    }
}
