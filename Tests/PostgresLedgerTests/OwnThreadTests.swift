import OrderFulfilment
import Testing

@testable import PostgresLedger

/// An operating system that has no thread left.
@Suite(.timeLimit(.minutes(1))) struct OwnThreadTests {
    /// No address space has room for such a stack, so the thread is refused.
    private static let tooMuch = 1 << 50

    @Test func `work that gets no thread fails, and says why`() async throws {
        let failure = await #expect(throws: LedgerFailure.self) {
            try await OwnThread.run(stackSize: Self.tooMuch) { () throws(LedgerFailure) in }
        }
        guard case .unavailable(let reason) = failure else { return #expect(Bool(false), "\(failure as Any)") }
        #expect(reason.contains("no thread left"))
    }

    @Test func `a connection that gets no thread is refused`() throws {
        let thread = ConnectionThread(
            queue: SubmissionQueue(patience: 1),
            parameters: try ConnectionParameters(url: "postgres://127.0.0.1:1/nowhere"),
            statements: [],
            stackSize: Self.tooMuch
        )
        #expect(throws: ServerFailure.lost("the operating system has no thread left")) { try thread.start {} }
    }
}
