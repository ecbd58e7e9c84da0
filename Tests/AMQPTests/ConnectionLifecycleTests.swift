import AMQP
import Testing

@Suite struct ConnectionLifecycleTests {
    typealias Lifecycle = ConnectionLifecycle

    private static let backoff = Backoff(initial: .seconds(1), ceiling: .seconds(8), factor: 2, spread: 0)

    private func lifecycle(in state: Lifecycle.State) -> Lifecycle {
        var lifecycle = Lifecycle(backoff: Self.backoff, stableAfter: .seconds(10))
        let way: [Lifecycle.Event] =
            switch state {
            case .disconnected: []
            case .connecting: [.due]
            case .open: [.due, .opened]
            case .draining: [.due, .opened, .endRequested]
            case .closed: [.endRequested]
            }
        for event in way { _ = lifecycle.handle(event) }
        #expect(lifecycle.state == state)
        return lifecycle
    }

    private static let lost = Lifecycle.Event.lost(openFor: .zero, jitter: 0)
    private static let states: [Lifecycle.State] = [.disconnected, .connecting, .open, .draining, .closed]
    private static let events: [Lifecycle.Event] = [.due, .opened, lost, .endRequested, .drained]

    /// What is not in the table is ignored and changes nothing.
    private static let table: [Lifecycle.State: [Lifecycle.Event: (Lifecycle.Action, Lifecycle.State)]] = [
        .disconnected: [.due: (.connect(epoch: 1), .connecting), .endRequested: (.finish, .closed)],
        .connecting: [
            .opened: (.serve(epoch: 1), .open), lost: (.retry(after: .seconds(1)), .disconnected),
            .endRequested: (.finish, .closed),
        ],
        .open: [lost: (.retry(after: .seconds(1)), .disconnected), .endRequested: (.drain, .draining)],
        .draining: [.drained: (.finish, .closed), lost: (.finish, .closed)],
        .closed: [:],
    ]

    @Test(arguments: states, events)
    func `every event in every state does what the table says`(state: Lifecycle.State, event: Lifecycle.Event) {
        var lifecycle = lifecycle(in: state)
        let expected = Self.table[state]?[event] ?? (.ignore, state)
        #expect(lifecycle.handle(event) == expected.0)
        #expect(lifecycle.state == expected.1)
    }

    @Test func `each connection that opens has the next epoch, a failed attempt has none`() {
        var lifecycle = lifecycle(in: .open)
        #expect(lifecycle.epoch == 1)
        _ = lifecycle.handle(Self.lost)
        #expect(lifecycle.handle(.due) == .connect(epoch: 2))
        _ = lifecycle.handle(Self.lost)
        #expect(lifecycle.epoch == 1)
        #expect(lifecycle.handle(.due) == .connect(epoch: 2))
        #expect(lifecycle.handle(.opened) == .serve(epoch: 2))
    }

    @Test func `waits grow with failures, also when connections open and break at once`() {
        var lifecycle = Lifecycle(backoff: Self.backoff, stableAfter: .seconds(10))
        var waits: [Lifecycle.Action] = []
        for _ in 1...4 {
            _ = lifecycle.handle(.due)
            _ = lifecycle.handle(.opened)
            waits.append(lifecycle.handle(.lost(openFor: .seconds(9), jitter: 0)))
        }
        #expect(waits == [1, 2, 4, 8].map { .retry(after: .seconds($0)) })
    }

    @Test func `a connection that stayed open forgives earlier failures`() {
        var lifecycle = Lifecycle(backoff: Self.backoff, stableAfter: .seconds(10))
        for _ in 1...3 {
            _ = lifecycle.handle(.due)
            _ = lifecycle.handle(Self.lost)
        }
        _ = lifecycle.handle(.due)
        _ = lifecycle.handle(.opened)
        #expect(lifecycle.handle(.lost(openFor: .seconds(10), jitter: 0)) == .retry(after: .seconds(1)))
    }
}
