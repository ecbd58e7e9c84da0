import Synchronization
import TestKit
import Testing

@testable import PostgresLedger

/// Calls that wait for a connection that doesn't come.
@Suite struct SubmissionQueueTests {
    @Test(.timeLimit(.minutes(2)))
    func `Invariant 8: every call is answered, however many are over while others are looked at`() async throws {
        let count = 20_000
        let queue = SubmissionQueue(patience: 1)
        let answered = Count()
        for number in 0..<count {
            // Over one after the other, as the looks go on.
            let patience = 0.2 + Double(number) / Double(count)
            Task {
                guard
                    case .failed = await queue.run(
                        .last,
                        patience: patience,
                        { _ in .init(Statement("none", "SELECT")) }
                    )
                else {
                    return
                }
                answered.increment()
            }
        }
        try await eventually("all hear that it was not done: \(answered.value) do") {
            queue.expire()
            return answered.value == count
        }
    }

    @Test
    func `A call wakes a connection that stands, not one that was lost while it was idle`() throws {
        let queue = SubmissionQueue(patience: 60)
        let (stands, lost) = (try WakePipe(), try WakePipe())
        for pipe in [stands, lost] {
            queue.enter(pipe)
            queue.connected()
        }
        for pipe in [stands, lost] { #expect(queue.next(pipe).isEmpty) }
        queue.disconnected(lost, .lost("cut"))
        Task { await queue.run(.last) { _ in .init(Statement("none", "SELECT")) } }
        #expect(stands.isSignalled)
    }
}

private final class Count: Sendable {
    private let number = Atomic(0)

    var value: Int { number.load(ordering: .relaxed) }

    func increment() { number.add(1, ordering: .relaxed) }
}

extension WakePipe {
    /// Whether somebody signals within half a minute; takes the signals.
    fileprivate var isSignalled: Bool {
        // The other descriptor is its own: it can be read as soon as there is a signal.
        wait(or: descriptor, milliseconds: 30_000)
    }
}
