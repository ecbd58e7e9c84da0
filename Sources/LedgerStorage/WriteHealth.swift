package import OrderFulfilment
import Synchronization

/// How writing to a ledger went last.
package final class WriteHealth: Sendable {
    private struct State {
        var failure: LedgerFailure?
        var failedAt = ContinuousClock.now
        var succeededAt = ContinuousClock.now
    }

    private let state = Mutex(State())

    /// What was refused a moment ago counts for a while, even when something smaller found room since.
    private static let memory = Duration.seconds(3)

    /// All is well until something fails.
    package init() {}

    /// What went wrong in the last few seconds.
    package var trouble: LedgerFailure? {
        state.withLock { ContinuousClock.now - $0.failedAt < Self.memory ? $0.failure : nil }
    }

    /// Whether only another write can tell: the last one failed, or is that many seconds ago.
    package func needsProof(after seconds: Double) -> Bool {
        state.withLock { state in
            (state.failure != nil && state.succeededAt < state.failedAt)
                || ContinuousClock.now - state.succeededAt > .seconds(seconds)
        }
    }

    /// Something was written.
    package func succeeded() { state.withLock { $0.succeededAt = .now } }

    /// Something could not be written.
    package func failed(_ failure: LedgerFailure) {
        state.withLock { state in
            state.failure = failure
            state.failedAt = .now
        }
    }
}
