import AMQP
import Testing

/// Every sequence of events up to a length, against what an owner may rely on.
@Suite struct ConnectionLifecycleExplorationTests {
    typealias Lifecycle = ConnectionLifecycle

    private static let events: [Lifecycle.Event] = [
        .due, .opened, .lost(openFor: .seconds(1), jitter: 0), .lost(openFor: .seconds(10), jitter: 0), .endRequested,
        .drained,
    ]

    /// What the history of the events that were not ignored says.
    private struct History {
        var isConnecting = false
        var isOpen = false
        var isEnding = false
        var hasEnded = false
        var opened: UInt64 = 0
        var failures = 0

        mutating func expected(_ event: Lifecycle.Event) -> Lifecycle.Action {
            if hasEnded { return .ignore }
            switch event {
            case .due:
                guard !isConnecting, !isOpen else { return .ignore }
                isConnecting = true
                return .connect(epoch: opened + 1)
            case .opened:
                guard isConnecting else { return .ignore }
                (isConnecting, isOpen) = (false, true)
                opened += 1
                return .serve(epoch: opened)
            case .lost(let openFor, _):
                guard isConnecting || isOpen else { return .ignore }
                if isEnding { return end() }
                if isOpen, openFor >= .seconds(10) { failures = 0 }
                failures += 1
                (isConnecting, isOpen) = (false, false)
                return .retry(after: .seconds(min(8, 1 << (failures - 1))))
            case .endRequested:
                guard !isEnding else { return .ignore }
                guard isOpen else { return end() }
                isEnding = true
                return .drain
            case .drained:
                return isEnding ? end() : .ignore
            }
        }

        private mutating func end() -> Lifecycle.Action {
            hasEnded = true
            return .finish
        }
    }

    private func explore(_ lifecycle: Lifecycle, _ history: History, after path: [Lifecycle.Event], depth: Int) -> Int {
        guard depth > 0 else { return 1 }
        var count = 1
        for event in Self.events {
            var (next, after) = (lifecycle, history)
            let (action, expected) = (next.handle(event), after.expected(event))
            let isRight = action == expected && next.epoch == after.opened && next.failures == after.failures
            guard isRight, action != .ignore || next == lifecycle else {
                Issue.record("after \(path), \(event): \(action), not \(expected)")
                return count
            }
            count += explore(next, after, after: path + [event], depth: depth - 1)
        }
        return count
    }

    @Test func `whatever happens, the owner is told what the history asks for, and too late is ignored`() {
        let backoff = Backoff(initial: .seconds(1), ceiling: .seconds(8), factor: 2, spread: 0)
        let count = explore(Lifecycle(backoff: backoff, stableAfter: .seconds(10)), History(), after: [], depth: 6)
        #expect(count == (0...6).reduce(0) { sum, power in sum + (0..<power).reduce(1) { product, _ in product * 6 } })
    }
}
