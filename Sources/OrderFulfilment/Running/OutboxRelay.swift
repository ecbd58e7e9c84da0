import Foundation
import Logging

/// Goes on publishing outcomes that are stored but not confirmed, oldest first: a subscriber's full queue can't stop the
/// worker, and what a crash left in the outbox goes out.
struct OutboxRelay: Sendable {
    let line: Line
    /// Seconds between two looks.
    let pause = 2.0
    /// Outcomes read and published at a time.
    let batch = 100

    /// Runs until the worker drains.
    func run() async {
        while !line.drain.hasBegun, !Task.isCancelled {
            await relay()
            await line.timekeeper.sleep(pause)
        }
    }

    /// One look.
    func relay() async {
        // Younger ones are still with the task that ended them.
        let before = line.timekeeper.now().addingTimeInterval(-line.settings.confirmTimeout - pause)
        let waiting: [StoredOutcome]
        do {
            waiting = try await line.ledger.unannounced(endedBefore: before, limit: batch)
        } catch {
            return line.logger.error("outbox can't be read", metadata: ["reason": "\(error)"])
        }
        // Each is tried once, side by side: one that is refused must not hold up the others.
        await withDiscardingTaskGroup { group in
            for stored in waiting where !line.inHand.contains(stored.identity) {
                group.addTask { try? await line.deliver(stored, patience: 0) }
            }
        }
    }
}
