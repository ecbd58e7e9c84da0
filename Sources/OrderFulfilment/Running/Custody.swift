import AMQP
import Logging
import Synchronization

/// Since when this process has had each delivery in hand: none may stay so until the broker's consumer timeout, which
/// would close the channel under all the others.
final class Custody: Sendable {
    /// When the delivery that the current task is about was received, as `uptime`; `nil` for a woken command, which no
    /// broker waits for.
    @TaskLocal static var since: Double?

    private let received = Mutex<[DeliveryID: Double]>([:])

    /// It is in hand from now on.
    func take(_ delivery: DeliveryID, now: Double) { received.withLock { $0[delivery] = now } }

    /// When it was received; now, when nobody said.
    func since(_ delivery: DeliveryID, now: Double) -> Double { received.withLock { $0[delivery] ?? now } }

    /// It was settled.
    func end(_ delivery: DeliveryID) { received.withLock { $0[delivery] = nil } }

    /// When the oldest of that connection was received; `nil` when there is none.
    ///
    /// Forgets those of earlier connections.
    func oldest(in epoch: UInt64) -> Double? {
        received.withLock { received in
            if received.keys.contains(where: { $0.epoch < epoch }) {
                received = received.filter { $0.key.epoch >= epoch }
            }
            return received.values.min()
        }
    }
}

extension Line {
    /// Until when the current task may keep what it has in hand waiting, as `uptime`: then it is parked, or given back.
    var longestHold: Double { (Custody.since ?? timekeeper.uptime()) + settings.longestHold }

    /// Whether that is over.
    var isHeldTooLong: Bool { Custody.since != nil && timekeeper.uptime() >= longestHold }
}

/// Gives every delivery back at once when one has been in hand too long for whatever reason: a ledger that is away,
/// which can neither park nor end it, a full one, a call that doesn't return.
///
/// All of them by a new connection, and not that one alone: the broker puts back what a connection had in the order in
/// which it was, so that commands of one subscription don't overtake each other.
struct CustodyKeeper: Sendable {
    let line: Line
    let source: any DeliverySource

    /// Runs until it is cancelled.
    func run() async {
        var renewed: UInt64 = 0
        while !Task.isCancelled {
            await line.timekeeper.sleep(line.settings.consumerTimeout / 200)
            let epoch = source.status.epoch
            for stale in line.waitingRoom.removeStale(before: epoch) {
                line.counters.settled(.abandoned)
                line.custody.end(stale)
            }
            guard !line.drain.hasBegun, epoch > renewed, let oldest = line.custody.oldest(in: epoch),
                line.timekeeper.uptime() - oldest >= line.settings.renewalAge
            else { continue }
            renewed = epoch
            line.logger.warning(
                "a delivery was in hand too long: all go back to their queues, over a new connection",
                metadata: ["seconds": "\(Int(line.timekeeper.uptime() - oldest))"]
            )
            source.renew()
        }
    }
}
