public import Foundation
public import OrderFulfilment
public import OrderMessages
public import SubscriptionLifecycle

/// The ledger in a PostgreSQL database for an operator's command: asks and changes, beside workers or without any, and
/// takes no command in hand.
public final class PostgresOperatorLedger: OperatorLedger {
    private let queue: SubmissionQueue
    private let threads = ThreadsEnded(1)
    private let calls: OperatorCalls
    private let reader: PostgresLedgerReader

    private init(_ parameters: ConnectionParameters, seed: Int64) throws(ServerFailure) {
        queue = SubmissionQueue(patience: 15)
        calls = OperatorCalls(queue: queue, lanes: LaneLock(seed: seed), place: parameters.place)
        reader = try PostgresLedgerReader(parameters, patience: 15)
        let thread = ConnectionThread(queue: queue, parameters: parameters, statements: OperatorCalls.statements)
        try thread.start(ended: threads.oneMore)
    }

    deinit { queue.close() }

    /// Opens an existing ledger; never creates one: an empty one would know of nothing.
    public static func open(url: String) async throws(LedgerFailure) -> PostgresOperatorLedger {
        let parameters = try PostgresLedger.parameters(url)
        let seed = try await OwnThread.run { () throws(LedgerFailure) in
            do {
                return try PostgresLedgerReader.look(parameters)
            } catch {
                throw LedgerFailure(error, place: parameters.place)
            }
        }
        do throws(ServerFailure) {
            return try PostgresOperatorLedger(parameters, seed: seed)
        } catch {
            throw LedgerFailure(server: error, place: parameters.place)
        }
    }

    /// Opens the round after the one that ended in the letter.
    public func openRound(_ letter: LetterOfCommand, at now: Date) async throws(LedgerFailure) -> RoundVerdict {
        try await calls.openRound(letter)
    }

    /// Keeps what became of a dead letter, unless an earlier note doesn't give way.
    public func note(_ note: LetterNote) async throws(LedgerFailure) -> LetterNote { try await calls.note(note) }

    /// Ends a command's wait.
    public func release(
        _ identity: CommandIdentity,
        as resolution: Resolution,
        at now: Date
    ) async throws(LedgerFailure) -> ReleaseVerdict {
        try await calls.release(identity, as: resolution, at: now)
    }

    /// Commands of the operation are not granted from now on, by any worker.
    public func pause(_ pause: Pause) async throws(LedgerFailure) { try await calls.pause(pause) }

    /// Ends a pause; answers whether there was one.
    public func resume(_ operation: OrderOperation) async throws(LedgerFailure) -> Bool {
        try await calls.resume(operation)
    }

    /// The newest commands first, narrowed.
    public func orders(matching filter: OrderFilter) async throws(LedgerFailure) -> [OrderRecord] {
        try await reader.orders(matching: filter)
    }

    /// Every command of that id (whatever its source), newest first.
    public func orders(withID id: String) async throws(LedgerFailure) -> [OrderRecord] {
        try await reader.orders(withID: id)
    }

    /// How many commands are where.
    public func statistics() async throws(LedgerFailure) -> LedgerStatistics { try await reader.statistics() }

    /// What opening a round would answer.
    public func verdict(on letter: LetterOfCommand) async throws(LedgerFailure) -> RoundVerdict {
        try await reader.verdict(on: letter)
    }

    /// What became of a dead letter by an operator's hand.
    public func note(of key: String) async throws(LedgerFailure) -> LetterNote? { try await reader.note(of: key) }

    /// What is kept of how a command came to its end.
    public func caseFile(of identity: CommandIdentity) async throws(LedgerFailure) -> CaseFile? {
        try await reader.caseFile(of: identity)
    }

    /// What is known of a subscription.
    public func subscription(_ id: SubscriptionID) async throws(LedgerFailure) -> KnownSubscription? {
        try await reader.subscription(id)
    }

    /// The operations that are paused, by name.
    public func pauses() async throws(LedgerFailure) -> [Pause] { try await reader.pauses() }

    /// Closes its connections; what is asked later fails.
    public func close() async {
        queue.close()
        await threads.wait()
        await reader.close()
    }
}
