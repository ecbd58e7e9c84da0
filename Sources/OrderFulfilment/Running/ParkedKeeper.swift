import Foundation
import Logging
import Synchronization

/// Asks the ledger again and again how much waits in it, and lets nothing more in while that is too much.
///
/// The consumers stay: once as many deliveries wait as the prefetch allows, the broker keeps the rest.
struct ParkedKeeper: Sendable {
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

    /// What the ledger can't say now stays as it was: it can't park anything anyway.
    private func look() async {
        guard let parked = try? await line.ledger.parked() else { return }
        let bound = line.settings.parkedBound
        let wasFull = line.parked.trouble != nil
        let isFull = bound.isFull(parked, wasFull: wasFull)
        line.parked.update(
            isFull
                ? "\(parked.commands) commands (\(parked.bytes) bytes) wait in the ledger, which may keep "
                    + "\(bound.commands) (\(bound.bytes) bytes): nothing more is taken in until there is room"
                : nil
        )
        guard isFull != wasFull else { return }
        line.waitingRoom.update(isFull: isFull, now: line.timekeeper.uptime())
        line.logger.notice(isFull ? "the ledger is full of waiting commands" : "the ledger has room again")
    }
}

/// Whether the ledger has room for commands that must wait, as this worker knows it.
final class ParkedBoard: Sendable {
    private let text = Mutex<String?>(nil)

    /// Why nothing more is taken in; `nil` when there is room.
    var trouble: String? { text.withLock { $0 } }

    func update(_ trouble: String?) { text.withLock { $0 = trouble } }
}
