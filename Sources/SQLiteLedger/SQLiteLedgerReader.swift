import GRDB
public import OrderFulfilment
public import OrderMessages
public import SubscriptionLifecycle

/// The ledger file for a process that only reads: while a worker writes it, and when none runs.
public final class SQLiteLedgerReader: LedgerQueries {
    private let queue: DatabaseQueue
    private let path: String

    /// Opens an existing file, on the calling thread.
    init(path: String) throws {
        var configuration = Configuration()
        configuration.label = "ledger-reader"
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        self.path = path
        queue = try DatabaseQueue(path: path, configuration: configuration)
        let found = try queue.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
        guard found <= Schema.version else { throw Schema.newer(found, path: path) }
        guard found == Schema.version else {
            throw LedgerFailure.incompatible(
                "The ledger \(path) is from an older release: start the worker once to bring it up to date."
            )
        }
    }

    /// Opens an existing ledger; never creates one, never takes the lock.
    public static func open(path: String) async throws(LedgerFailure) -> SQLiteLedgerReader {
        let path = LedgerFile.resolved(path)
        guard try LedgerFile.exists(at: path) else {
            throw .unavailable("There is no ledger at \(path): a worker creates it when it first runs.")
        }
        return try await onOwnThread { () throws(LedgerFailure) in
            do { return try SQLiteLedgerReader(path: path) } catch { throw LedgerFailure(error, path: path) }
        }
    }

    /// The newest commands first, narrowed.
    public func orders(matching filter: OrderFilter) async throws(LedgerFailure) -> [OrderRecord] {
        try await read { try OperatorQueries.orders($0, matching: filter) }
    }

    /// Every command of that id (whatever its source), newest first.
    public func orders(withID id: String) async throws(LedgerFailure) -> [OrderRecord] {
        try await read { try OperatorQueries.orders($0, withID: id) }
    }

    /// How many commands are where.
    public func statistics() async throws(LedgerFailure) -> LedgerStatistics {
        try await read { try OperatorQueries.statistics($0) }
    }

    /// What is kept of how a command came to its end.
    public func caseFile(of identity: CommandIdentity) async throws(LedgerFailure) -> CaseFile? {
        try await read { try OperatorQueries.caseFile($0, of: identity) }
    }

    /// What is known of a subscription.
    public func subscription(_ id: SubscriptionID) async throws(LedgerFailure) -> KnownSubscription? {
        try await read { try OperatorQueries.known($0, id) }
    }

    /// What opening a round would answer.
    public func verdict(on letter: LetterOfCommand) async throws(LedgerFailure) -> RoundVerdict {
        try await read { try LetterQueries.verdict($0, on: letter) }
    }

    /// What became of a dead letter by an operator's hand.
    public func note(of key: String) async throws(LedgerFailure) -> LetterNote? {
        try await read { try LetterQueries.note($0, of: key) }
    }

    /// The operations that are paused, by name.
    public func pauses() async throws(LedgerFailure) -> [Pause] {
        try await read { try LetterQueries.pauses($0) }
    }

    /// Closes the connection; questions asked later fail.
    public func close() async {
        _ = try? await onOwnThread { [queue] () throws(LedgerFailure) in try? queue.close() }
    }

    private func read<Value: Sendable>(
        _ work: @escaping @Sendable (Database) throws -> Value
    ) async throws(LedgerFailure) -> Value {
        do {
            return try await queue.read(work)
        } catch {
            throw LedgerFailure(error, path: path)
        }
    }
}
