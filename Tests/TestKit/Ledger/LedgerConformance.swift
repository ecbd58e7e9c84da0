public import Testing

/// What every ledger must do, as functions over a fresh store; each real ledger and the fake run all of them.
public struct LedgerConformance: Sendable, CustomTestStringConvertible {
    /// The patience that stores of the suite are opened with, in seconds.
    public static let predecessorWait: Double = 30

    /// A sentence.
    public var testDescription: String
    /// Runs it on a fresh store.
    public var run: @Sendable (any LedgerStore) async throws -> Void

    init(_ sentence: String, _ run: @escaping @Sendable (LedgerScene) async throws -> Void) {
        testDescription = sentence
        self.run = { store in try await run(LedgerScene(store)) }
    }

    /// All of them.
    public static let all =
        claims + lanes + premature + waking + outcomes + restarts + queries + rounds + operators + crashes + keys
        + caseFiles
}
