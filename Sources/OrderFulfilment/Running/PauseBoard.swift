import Foundation
import Logging
import SubscriptionLifecycle
import Synchronization

/// Which operations are paused, as this worker knows it.
final class PauseBoard: Sendable {
    private struct State {
        var pauses: [Pause] = []
        /// Looks that were begun, and the newest of those that were taken.
        var begun = 0
        var taken = 0
    }

    private let state = Mutex(State())

    /// By name of the operation.
    var all: [Pause] { state.withLock(\.pauses) }

    func isPaused(_ operation: OrderOperation) -> Bool { all.contains { $0.operation == operation } }

    /// The number of a look that begins now.
    func beginLook() -> Int {
        state.withLock { state in
            state.begun += 1
            return state.begun
        }
    }

    /// Takes what the ledger says, and goes by it; answers with what was before.
    ///
    /// Answers `nil` when a look that began later was taken before: what this one saw may be over.
    func update(_ now: [Pause], look: Int, _ goByIt: () -> Void) -> [Pause]? {
        state.withLock { state in
            guard look > state.taken else { return nil }
            state.taken = look
            defer { state.pauses = now }
            goByIt()
            return state.pauses
        }
    }
}

/// Asks the ledger again and again what is paused: operators may tell any worker that shares it.
struct PauseKeeper: Sendable {
    let line: Line
    /// Seconds between two looks.
    let pause = 1.0

    /// Runs until the worker drains.
    func run() async {
        while !line.drain.hasBegun, !Task.isCancelled {
            await look()
            await line.timekeeper.sleep(pause)
        }
    }

    /// What the ledger can't say now stays as it was: it grants nothing that is paused anyway.
    func look() async {
        let look = line.pauses.beginLook()
        guard let now = try? await line.ledger.pauses() else { return }
        let before = line.pauses.update(now, look: look) {
            line.waitingRoom.update(
                paused: Set(now.map { line.topology.queue($0.operation) }),
                now: line.timekeeper.uptime()
            )
        }
        guard let before, now != before else { return }
        for pause in now where !before.contains(pause) {
            line.logger.notice(
                "paused",
                metadata: [
                    "operation": "\(pause.operation.rawValue)", "by": "\(pause.by)", "reason": "\(pause.reason ?? "")",
                ]
            )
        }
        for pause in before where !now.contains(where: { $0.operation == pause.operation }) {
            line.logger.notice("resumed", metadata: ["operation": "\(pause.operation.rawValue)"])
        }
        // What waited in the ledger because of a pause is due.
        line.wakeSignal.signal()
    }
}
