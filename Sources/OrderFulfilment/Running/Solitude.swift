import Synchronization

/// Who is in hand at the same time: many side by side, or one alone.
///
/// Whoever wants to be alone goes first, so that a stream of others can't keep it waiting. Nobody who is in hand waits
/// for somebody who isn't yet: that would wait for ever.
final class Solitude: Sendable {
    private struct State {
        var running = 0
        var isAlone = false
        var waitingAlone: [CheckedContinuation<Void, Never>] = []
        var waiting: [CheckedContinuation<Void, Never>] = []

        /// Lets in whoever may come now; answers with them.
        mutating func admit() -> [CheckedContinuation<Void, Never>] {
            guard !isAlone else { return [] }
            if !waitingAlone.isEmpty {
                guard running == 0 else { return [] }
                (isAlone, running) = (true, 1)
                return [waitingAlone.removeFirst()]
            }
            defer { waiting = [] }
            running += waiting.count
            return waiting
        }
    }

    private let state = Mutex(State())
    private let run = Mutex<AloneRun?>(nil)

    /// Whoever is alone now.
    var current: AloneRun? { run.withLock { $0 } }

    /// That one is alone from now on; `nil` when it is so no more.
    func remember(_ run: AloneRun?) { self.run.withLock { $0 = run } }

    /// How many wait to come in.
    var waitingCount: Int { state.withLock { $0.waiting.count + $0.waitingAlone.count } }

    /// How many of those must be alone.
    var waitingAloneCount: Int { state.withLock(\.waitingAlone.count) }

    /// Returns when one may run beside others; ``leave()`` ends it.
    func enter() async {
        await wait { state, continuation in state.waiting.append(continuation) }
    }

    /// Returns when nobody else is in hand; ``endAlone()`` lets others in, ``leave()`` ends it.
    func enterAlone() async {
        await wait { state, continuation in state.waitingAlone.append(continuation) }
    }

    /// One more comes in beside whoever asks, who is in.
    func enterBeside() { state.withLock { $0.running += 1 } }

    /// Whoever was alone goes on beside others.
    func endAlone() {
        resume { $0.isAlone = false }
    }

    /// One less is in hand.
    func leave() {
        resume { state in
            state.running -= 1
            if state.running == 0 { state.isAlone = false }
        }
    }

    private func wait(_ join: (inout State, CheckedContinuation<Void, Never>) -> Void) async {
        await withCheckedContinuation { continuation in
            resume { join(&$0, continuation) }
        }
    }

    private func resume(_ change: (inout State) -> Void) {
        let admitted = state.withLock { state in
            change(&state)
            return state.admit()
        }
        for continuation in admitted { continuation.resume() }
    }
}
