import OrderFulfilment
import Synchronization

/// How writing went last.
final class WriteHealth: Sendable {
    private struct State {
        var failure: LedgerFailure?
        var failedAt = ContinuousClock.now
        var isDoubtful = false
    }

    private let state = Mutex(State())

    /// What was refused a moment ago counts for a while, even when something smaller found room since.
    private static let memory = Duration.seconds(3)

    /// What went wrong in the last few seconds.
    var trouble: LedgerFailure? {
        state.withLock { ContinuousClock.now - $0.failedAt < Self.memory ? $0.failure : nil }
    }

    /// Whether nothing was written since the last failure.
    var isDoubtful: Bool { state.withLock(\.isDoubtful) }

    func succeeded() {
        state.withLock { state in
            state.isDoubtful = false
            if ContinuousClock.now - state.failedAt >= Self.memory { state.failure = nil }
        }
    }

    func failed(_ failure: LedgerFailure) {
        state.withLock { $0 = State(failure: failure, failedAt: .now, isDoubtful: true) }
    }
}
