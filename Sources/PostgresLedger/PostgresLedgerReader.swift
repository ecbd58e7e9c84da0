import Foundation
import LedgerStorage
public import OrderFulfilment
public import OrderMessages
public import SubscriptionLifecycle

/// The ledger in a PostgreSQL database for a process that only reads, and for the questions of operators to a worker.
public final class PostgresLedgerReader: LedgerQueries {
    private let queue: SubmissionQueue
    private let threads = ThreadsEnded(1)
    private let place: String

    /// Connects by and by; `listening` also hears what other workers say.
    init(_ parameters: ConnectionParameters, patience: Double, listening: Listening? = nil) throws(ServerFailure) {
        queue = SubmissionQueue(patience: patience)
        place = parameters.place
        let thread = ConnectionThread(
            queue: queue,
            parameters: parameters,
            statements: OperatorQueries.statements,
            listening: listening
        )
        try thread.start(ended: threads.oneMore)
    }

    /// Opens an existing ledger; never creates one.
    public static func open(url: String) async throws(LedgerFailure) -> PostgresLedgerReader {
        let parameters = try PostgresLedger.parameters(url)
        try await OwnThread.run { () throws(LedgerFailure) in
            do { _ = try look(parameters) } catch { throw LedgerFailure(error, place: parameters.place) }
        }
        do throws(ServerFailure) {
            return try PostgresLedgerReader(parameters, patience: 15)
        } catch {
            throw LedgerFailure(server: error, place: parameters.place)
        }
    }

    /// Throws unless there is a ledger that this program understands; answers with its seed.
    @discardableResult
    static func look(_ parameters: ConnectionParameters) throws -> Int64 {
        let deadline = Deadline(after: 15)
        let connection = try ServerConnection(parameters, deadline: deadline)
        switch try Schema.inspect(connection, deadline) {
        case .nothing: throw Schema.missing(place: parameters.place)
        case .foreign(let name): throw Schema.foreign(name, place: parameters.place)
        case .ledger(let version):
            guard version <= Schema.version else { throw Schema.newer(version, place: parameters.place) }
            guard version == Schema.version else { throw Schema.older(place: parameters.place) }
        }
        let seed = try connection.script("SELECT seed FROM ledger", deadline).first?.first.flatMap(\.self)
        return seed.flatMap { Int64($0) } ?? 0
    }

    deinit { queue.close() }

    /// The newest commands first, narrowed.
    public func orders(matching filter: OrderFilter) async throws(LedgerFailure) -> [OrderRecord] {
        try await ask {
            OperatorQueries.orders(matching: filter)
        } reading: {
            try $0.map(OperatorQueries.record)
        }
    }

    /// Every command of that id (whatever its source), newest first.
    public func orders(withID id: String) async throws(LedgerFailure) -> [OrderRecord] {
        try await ask {
            OperatorQueries.orders(withID: id)
        } reading: {
            try $0.map(OperatorQueries.record)
        }
    }

    /// How many commands are where.
    public func statistics() async throws(LedgerFailure) -> LedgerStatistics {
        try await ask {
            .init(OperatorQueries.counts)
        } reading: {
            try OperatorQueries.statistics($0)
        }
    }

    /// Closes the connection; questions asked later fail.
    public func close() async {
        queue.close()
        await threads.wait()
    }

    /// What opening a round would answer.
    public func verdict(on letter: LetterOfCommand) async throws(LedgerFailure) -> RoundVerdict {
        let found = try await ask {
            LetterQueries.standing(letter)
        } reading: {
            try LetterQueries.found($0, letter)
        }
        return found.verdict(on: letter)
    }

    /// What became of a dead letter by an operator's hand.
    public func note(of key: String) async throws(LedgerFailure) -> LetterNote? {
        try await ask {
            .init(LetterQueries.noteOf, [.text(key)])
        } reading: {
            try $0.first.map(LetterQueries.note)
        }
    }

    /// The operations that are paused, by name.
    public func pauses() async throws(LedgerFailure) -> [Pause] {
        try await ask {
            .init(LetterQueries.pauses)
        } reading: {
            try $0.map(LetterQueries.pause)
        }
    }

    /// What is kept of how a command came to its end.
    public func caseFile(of identity: CommandIdentity) async throws(LedgerFailure) -> CaseFile? {
        try await ask {
            .init(OperatorQueries.caseFile, [.text(identity.id), .text(identity.source)])
        } reading: { rows in
            try rows.first.map { row in
                StoredCase.file(
                    inputs: row.optionalText(0),
                    entries: row.optionalText(1),
                    announcedAt: try row.optionalDouble(2).map { Date(stored: $0) }
                )
            }
        }
    }

    /// What is known of a subscription.
    public func subscription(_ id: SubscriptionID) async throws(LedgerFailure) -> KnownSubscription? {
        try await ask {
            .init(OperatorQueries.known, [.text(id.description)])
        } reading: {
            try $0.first?.known(at: 0)
        }
    }

    private func ask<Value>(
        _ call: @escaping @Sendable () -> ServerConnection.Call,
        reading read: ([AnswerRow]) throws -> Value
    ) async throws(LedgerFailure) -> Value {
        switch await queue.run(.last, { _ in call() }) {
        case .failed(let failure), .unknown(let failure): throw LedgerFailure(server: failure, place: place)
        case .rows(let rows):
            do { return try read(rows) } catch { throw LedgerFailure(error, place: place) }
        }
    }
}
