import Foundation
import Logging
import Synchronization

/// Brings parked commands back into the line when they are due, as many at a time as there is room for.
struct Waker: Sendable {
    let line: Line
    let runner: LineRunner
    /// The longest time between two looks, in seconds: covers what no signal told of.
    let longestPause = 1.0

    /// Runs until the worker drains; returns when everything woken has ended.
    func run() async {
        if await line.ledger.followsCrash { await runSuspects() }
        var nextLook = line.timekeeper.uptime() + longestPause
        let running = Occupancy()
        await withDiscardingTaskGroup { group in
            while !line.drain.hasBegun, !Task.isCancelled {
                if line.timekeeper.uptime() >= nextLook {
                    nextLook = await lookForSuspects(&group)
                }
                let room = line.settings.concurrency - running.count
                // Whoever is woken is in hand at once, so the waker waits before it wakes.
                await line.solitude.enter()
                let woken = room > 0 ? await wake(limit: room) : []
                for command in woken {
                    running.enter()
                    line.solitude.enterBeside()
                    group.addTask {
                        await runner.handle(command)
                        line.solitude.leave()
                        running.leave()
                        line.wakeSignal.signal()
                    }
                }
                line.solitude.leave()
                guard woken.isEmpty else { continue }
                // Without room only the end of a running command, which signals, changes anything.
                let seconds = room > 0 ? await pause() : longestPause
                await line.wakeSignal.wait(seconds: seconds, timekeeper: line.timekeeper)
            }
        }
    }

    /// Another worker has died: what it had in hand, undecided, runs alone, one each time, with others between.
    ///
    /// Answers with the uptime of the next look.
    private func lookForSuspects(_ group: inout DiscardingTaskGroup) async -> Double {
        let start = line.timekeeper.uptime()
        guard (try? await line.ledger.hasSuspects()) == true else { return start + longestPause }
        await line.solitude.enterAlone()
        let waited = line.timekeeper.uptime() - start
        if let suspect = try? await line.ledger.wakeSuspect(now: line.timekeeper.now()) {
            group.addTask {
                await runner.handle(suspect, isSuspect: true)
                line.solitude.leave()
                line.wakeSignal.signal()
            }
        } else {
            line.solitude.leave()
        }
        // Everybody else has as long as they have waited.
        return line.timekeeper.uptime() + min(max(waited, 0.1), longestPause)
    }

    /// What the worker before had in hand when it died, undecided: one at a time, before all others.
    private func runSuspects() async {
        while !line.drain.hasBegun, !Task.isCancelled {
            await line.solitude.enterAlone()
            let isLast: Bool
            do {
                let suspect = try await line.ledger.wakeSuspect(now: line.timekeeper.now())
                if let suspect { await runner.handle(suspect, isSuspect: true) }
                isLast = suspect == nil
            } catch {
                line.logger.error("commands of a crash can't be woken", metadata: ["reason": "\(error)"])
                isLast = false
                line.solitude.endAlone()
                await line.timekeeper.sleep(longestPause)
            }
            line.solitude.leave()
            if isLast { return }
        }
    }

    private func wake(limit: Int) async -> [WokenCommand] {
        do {
            return try await line.ledger.wake(limit: limit, now: line.timekeeper.now())
        } catch {
            line.logger.error("parked commands can't be woken", metadata: ["reason": "\(error)"])
            return []
        }
    }

    private func pause() async -> Double {
        guard let due = try? await line.ledger.nextDue() else { return longestPause }
        return min(max(due.timeIntervalSince(line.timekeeper.now()), 0.01), longestPause)
    }
}

/// How many commands are under way.
private final class Occupancy: Sendable {
    private let number = Atomic<Int>(0)

    var count: Int { number.load(ordering: .relaxed) }

    func enter() { number.add(1, ordering: .relaxed) }

    func leave() { number.subtract(1, ordering: .relaxed) }
}
