import Foundation
import Logging

/// Goes on publishing outcomes that are stored but not confirmed, oldest first: a subscriber's full queue can't stop the
/// worker, and what a crash left in the outbox goes out.
struct OutboxRelay: Sendable {
    let line: Line
    /// Seconds between two looks.
    let pause = 2.0
    /// Outcomes read at a time.
    let batch = 100

    /// Runs until the worker drains.
    func run() async {
        while !line.drain.hasBegun, !Task.isCancelled {
            await relay()
            await line.timekeeper.sleep(pause)
        }
    }

    private func relay() async {
        // Younger ones are still with the task that ended them.
        let before = line.timekeeper.now().addingTimeInterval(-line.settings.confirmTimeout - pause)
        do {
            for stored in try await line.ledger.unannounced(endedBefore: before, limit: batch) {
                guard !line.drain.hasBegun else { return }
                // One try each: what nobody takes must not keep the relay from the others. It comes back to it.
                try await line.deliver(stored, once: true)
            }
        } catch {
            line.logger.error("outbox can't be relayed", metadata: ["reason": "\(error)"])
        }
    }
}
