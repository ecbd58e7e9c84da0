import Dispatch
import Foundation
import OrderFulfilment
import SubscriptionLifecycle
import Synchronization
import TestKit

/// Time that goes faster than the machine's: the line keeps its real delays, and the tests don't wait for them.
struct FastTime: Sendable {
    /// Seconds of the line in one of the machine's.
    let speed: Double
    /// The day that the line takes for today.
    let today: LocalDate
    private let start = ContinuousClock.now
    private let begin = Date(timeIntervalSince1970: 1_780_000_000)

    init(speed: Double = 20, today: String = "2026-06-15") {
        self.speed = speed
        self.today = GatewaySamples.day(today)
    }

    var uptime: Double { (ContinuousClock.now - start) / .seconds(1) * speed }

    var now: Date { begin.addingTimeInterval(uptime) }

    var timekeeper: Timekeeper {
        Timekeeper(
            now: { self.now },
            uptime: { self.uptime },
            today: { self.today },
            sleep: { await self.sleep($0) },
            jitter: { 0.5 }
        )
    }

    private func sleep(_ seconds: Double) async {
        let alarm = Alarm()
        await withTaskCancellationHandler {
            await alarm.wait(seconds / speed)
        } onCancel: {
            alarm.ring()
        }
    }
}

/// Wakes one waiter after a time, or earlier.
private final class Alarm: Sendable {
    private enum State {
        case idle
        case waiting(CheckedContinuation<Void, Never>)
        case rung
    }

    private let state = Mutex(State.idle)

    func wait(_ seconds: Double) async {
        await withCheckedContinuation { continuation in
            let hasRung = state.withLock { state in
                if case .rung = state { return true }
                state = .waiting(continuation)
                return false
            }
            if hasRung { return continuation.resume() }
            DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { self.ring() }
        }
    }

    func ring() {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            defer { state = .rung }
            return if case .waiting(let waiter) = state { waiter } else { nil }
        }
        waiter?.resume()
    }
}
