import Synchronization

/// Lets as many orders to EMS as it takes calls at the same time; the others wait here, in order.
///
/// Those that have begun go before those that haven't: what was looked up is applied before it is out of date.
final class Turnstile: Sendable {
    private struct Waiter {
        let number: Int
        /// Until when it may wait, as `uptime`.
        let deadline: Double
        let continuation: CheckedContinuation<EMSGate.Refusal?, Never>
    }

    private struct State {
        var inside = 0
        var lastNumber = 0
        var begun: [Waiter] = []
        var fresh: [Waiter] = []
        /// Cancelled before it waited.
        var cancelled: Set<Int> = []

        var waitingCount: Int { begun.count + fresh.count }

        mutating func takeFirst() -> Waiter? {
            if !begun.isEmpty { return begun.removeFirst() }
            return fresh.isEmpty ? nil : fresh.removeFirst()
        }

        mutating func take(where isMeant: (Waiter) -> Bool) -> [Waiter] {
            let taken = (begun + fresh).filter(isMeant)
            guard !taken.isEmpty else { return [] }
            begun.removeAll(where: isMeant)
            fresh.removeAll(where: isMeant)
            return taken
        }
    }

    private let state = Mutex(State())
    private let capacity: EMSCapacity

    init(_ capacity: EMSCapacity) { self.capacity = capacity }

    /// Orders that wait.
    var waitingCount: Int { state.withLock(\.waitingCount) }

    /// Orders that are through, and not back.
    var insideCount: Int { state.withLock(\.inside) }

    /// Returns when one may go through; ``leave()`` ends it.
    ///
    /// Answers why not.
    func enter(until deadline: Double, hasBegun: Bool) async -> EMSGate.Refusal? {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        defer { state.withLock { _ = $0.cancelled.remove(number) } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isCancelled = state.withLock { state in
                    guard state.cancelled.remove(number) == nil else { return true }
                    let waiter = Waiter(number: number, deadline: deadline, continuation: continuation)
                    if hasBegun { state.begun.append(waiter) } else { state.fresh.append(waiter) }
                    return false
                }
                guard !isCancelled else { return continuation.resume(returning: .shutdown) }
                admit()
            }
        } onCancel: {
            let waiting = state.withLock { state in
                let waiting = state.take { $0.number == number }
                if waiting.isEmpty { state.cancelled.insert(number) }
                return waiting
            }
            for waiter in waiting { waiter.continuation.resume(returning: .shutdown) }
        }
    }

    /// Whoever was through is back, or does something else for a while: the next may go.
    func leave() {
        state.withLock { $0.inside -= 1 }
        admit()
    }

    /// Whoever did something else goes on at once: it must not wait in the middle of its work.
    func comeBack() { state.withLock { $0.inside += 1 } }

    /// Looks again: time has passed, or nothing new may begin any more.
    func look(now: Double, isDraining: Bool) {
        let late = state.withLock { state in
            state.waitingCount == 0 ? [] : state.take { isDraining || $0.deadline <= now }
        }
        for waiter in late { waiter.continuation.resume(returning: isDraining ? .shutdown : .outage) }
        admit()
    }

    private func admit() {
        let (permitted, isHeld) = (capacity.permitted, capacity.isHeld)
        guard !isHeld else { return }
        let admitted = state.withLock { state in
            var admitted: [Waiter] = []
            while state.inside < permitted, let next = state.takeFirst() {
                state.inside += 1
                admitted.append(next)
            }
            return admitted
        }
        for waiter in admitted { waiter.continuation.resume(returning: nil) }
    }
}
