import Foundation
import Logging
import SubscriptionLifecycle
import Synchronization

/// Which operations are paused, as this worker knows it.
final class PauseBoard: Sendable {
    private let pauses = Mutex<[Pause]>([])

    /// By name of the operation.
    var all: [Pause] { pauses.withLock { $0 } }

    func isPaused(_ operation: OrderOperation) -> Bool { all.contains { $0.operation == operation } }

    /// Takes what the ledger says; answers with what was before.
    func update(_ now: [Pause]) -> [Pause] {
        pauses.withLock { pauses in
            defer { pauses = now }
            return pauses
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
        guard let now = try? await line.ledger.pauses() else { return }
        let before = line.pauses.update(now)
        line.waitingRoom.update(
            paused: Set(now.map { line.topology.queue($0.operation) }),
            now: line.timekeeper.uptime()
        )
        guard now != before else { return }
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
