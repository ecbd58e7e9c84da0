import Foundation
import Synchronization

/// Gives premature commands back the time in which the worker could not have let them go on.
struct PatienceKeeper: Sendable {
    let line: Line
    let isReady: @Sendable () async -> Bool
    /// Seconds between two looks.
    let pause = 1.0

    /// Runs until the worker drains.
    func run() async {
        var last = line.timekeeper.uptime()
        while !line.drain.hasBegun, !Task.isCancelled {
            await line.timekeeper.sleep(pause)
            let now = line.timekeeper.uptime()
            if await !isReady() {
                line.readySince.restart(at: line.timekeeper.now())
                // When the ledger doesn't take it, the next look adds the time once more.
                guard (try? await line.ledger.extendPatience(by: now - last)) != nil else { continue }
            }
            last = now
        }
    }
}

/// Since when the worker has been able to let commands go on, without a break.
final class ReadySince: Sendable {
    private let moment: Mutex<Date>

    /// A worker that has just started.
    init(_ start: Date) { moment = Mutex(start) }

    /// The last moment at which it could not.
    var date: Date { moment.withLock { $0 } }

    /// It can't now.
    func restart(at now: Date) { moment.withLock { $0 = now } }
}
