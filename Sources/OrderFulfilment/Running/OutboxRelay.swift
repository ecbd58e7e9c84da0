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
    ///
    /// Each look takes the next ones, and begins again with the oldest when there are no more: those that are refused for
    /// ever keep none of the others waiting.
    func run() async {
        var refused = 0
        while !line.drain.hasBegun, !Task.isCancelled {
            let (seen, left) = await relay(skipping: refused)
            refused = seen < batch ? 0 : refused + left
            // Where much waits and some of it is taken, there is no reason to rest.
            if seen < batch || left == seen { await line.timekeeper.sleep(pause) }
        }
    }

    /// One look: answers how many it looked at, and how many of them are left.
    @discardableResult
    func relay(skipping: Int = 0) async -> (seen: Int, left: Int) {
        // Younger ones are still with the task that ended them.
        let before = line.timekeeper.now().addingTimeInterval(-line.settings.confirmTimeout - pause)
        let waiting: [StoredOutcome]
        do {
            waiting = try await line.ledger.unannounced(endedBefore: before, skipping: skipping, limit: batch)
        } catch {
            line.logger.error("outbox can't be read", metadata: ["reason": "\(error)"])
            return (0, 0)
        }
        // Each is tried once, side by side: one that is refused must not hold up the others.
        let announced = await withTaskGroup(of: Bool.self) { group in
            for stored in waiting where !line.inHand.contains(stored.identity) {
                group.addTask { (try? await line.deliver(stored, patience: 0)) ?? false }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        return (waiting.count, waiting.count - announced)
    }
}
