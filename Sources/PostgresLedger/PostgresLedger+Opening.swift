public import Foundation
import LedgerCoding
public import Logging
public import OrderFulfilment

extension PostgresLedger {
    /// What a ledger is made of.
    struct Parts {
        var queue: SubmissionQueue
        var reader: PostgresLedgerReader
        var lease: WorkerLease
        var lanes: LaneLock
        var predecessorWait: Double
        var place: String
        var logger: Logger
        var threads: ThreadsEnded
        var wakeUps: (AsyncStream<Void>, AsyncStream<Void>.Continuation)
    }

    /// What an operator may set about it.
    public struct Settings: Sendable {
        /// Where the database is, as libpq reads it: `postgres://user@host/database?sslmode=verify-full`.
        public var url: String
        /// Names this worker among the others.
        public var workerName: String
        /// How long a silent worker keeps what it has in hand.
        public var lease: LeaseTerms
        /// Seconds of patience of premature commands.
        public var predecessorWait: Double
        /// Connections that write.
        public var connections: Int
        /// Seconds that calls wait for a server that is away.
        public var patience: Double

        /// Two connections and five seconds unless given.
        public init(
            url: String,
            workerName: String,
            lease: LeaseTerms,
            predecessorWait: Double,
            connections: Int = 2,
            patience: Double = 5
        ) {
            self.url = url
            self.workerName = workerName
            self.lease = lease
            self.predecessorWait = predecessorWait
            self.connections = connections
            self.patience = patience
        }
    }

    /// Opens the ledger as one more worker; creates its tables where there are none.
    ///
    /// What workers that are gone had in hand is due at `now` when their leases are over. With no other worker there,
    /// every premature command gets at least its patience from `now`.
    public static func open(
        _ settings: Settings,
        now: Date,
        logger: Logger
    ) async throws(LedgerFailure) -> PostgresLedger {
        let parameters = try parameters(settings.url)
        let worker = try await OwnThread.run { () throws(LedgerFailure) in
            try prepareTables(parameters, settings, now: now)
        }
        let lease = WorkerLease(name: settings.workerName, terms: settings.lease, number: worker.number)
        let stream = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let channel = Listening(schema: worker.schema, lease: lease, sink: stream.continuation)
        let queue = SubmissionQueue(patience: settings.patience)
        let threads = ThreadsEnded(settings.connections)
        do {
            let writer = ConnectionThread(
                queue: queue,
                parameters: parameters,
                statements: LedgerStatements.all
            )
            for _ in 0..<settings.connections { try writer.start(ended: threads.oneMore) }
            let ledger = PostgresLedger(
                Parts(
                    queue: queue,
                    reader: try PostgresLedgerReader(parameters, patience: settings.patience, listening: channel),
                    lease: lease,
                    lanes: LaneLock(seed: worker.seed),
                    predecessorWait: settings.predecessorWait,
                    place: parameters.place,
                    logger: logger,
                    threads: threads,
                    wakeUps: stream
                )
            )
            ledger.startRenewing()
            return ledger
        } catch {
            queue.close()
            throw LedgerFailure(error, place: parameters.place)
        }
    }

    static func parameters(_ url: String) throws(LedgerFailure) -> ConnectionParameters {
        do throws(ConnectionParameters.Problem) {
            return try ConnectionParameters(url: url)
        } catch {
            throw .unavailable("LEDGER_URL can't be understood: \(error.reason).")
        }
    }

    private static func prepareTables(
        _ parameters: ConnectionParameters,
        _ settings: Settings,
        now: Date
    ) throws(LedgerFailure) -> (number: Int64, schema: String, seed: Int64) {
        let deadline = Deadline(after: 60)
        do {
            let connection = try ServerConnection(parameters, deadline: Deadline(after: 15))
            try Session.setUp(connection, deadline)
            try Session.checkWritable(connection, place: parameters.place, deadline)
            try Schema.migrate(connection, place: parameters.place, deadline)
            let join = """
                SELECT ledger_join(\(ServerConnection.quoted(settings.workerName)), \(settings.lease.begins), \
                \(settings.lease.total), \(now.stored), \(settings.predecessorWait)), current_schema(), seed
                FROM ledger
                """
            let row = try connection.script(join, deadline).first ?? []
            guard row.count == 3, let number = row[0].flatMap({ Int64($0) }), let schema = row[1],
                let seed = row[2].flatMap({ Int64($0) })
            else {
                throw ServerFailure.lost("the server gave this worker no number")
            }
            return (number, schema, seed)
        } catch {
            throw LedgerFailure(error, place: parameters.place)
        }
    }
}
