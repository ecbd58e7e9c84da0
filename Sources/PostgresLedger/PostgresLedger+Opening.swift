public import Foundation
import LedgerStorage
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
        var followsCrash: Bool
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
        /// Seconds that the server may take for an answer before its connection counts as lost.
        public var longestAnswer = 10.0
        /// Seconds that opening waits for a server that isn't there yet.
        public var startPatience: Double

        /// Two connections and five seconds unless given.
        public init(
            url: String,
            workerName: String,
            lease: LeaseTerms,
            predecessorWait: Double,
            connections: Int = 2,
            patience: Double = 5,
            startPatience: Double = 30
        ) {
            self.url = url
            self.workerName = workerName
            self.lease = lease
            self.predecessorWait = predecessorWait
            self.connections = connections
            self.patience = patience
            self.startPatience = startPatience
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
            try prepareTables(parameters, settings, now: now, logger)
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
                statements: LedgerStatements.all,
                longestAnswer: settings.longestAnswer
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
                    followsCrash: worker.followsCrash,
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

    /// The server and the database of an address, for people: no user, no password; `nil` when it can't be understood.
    public static func place(of url: String) -> String? { try? parameters(url).place }

    static func parameters(_ url: String) throws(LedgerFailure) -> ConnectionParameters {
        do throws(ConnectionParameters.Problem) {
            return try ConnectionParameters(url: url)
        } catch {
            throw .unavailable("LEDGER_URL can't be understood: \(error.reason).")
        }
    }

    /// Seconds that opening takes for the tables, or waits for somebody else who is at work on them.
    private static let tablesPatience = 300.0

    /// A worker's number, and what it must know of the ledger.
    private typealias Entry = (number: Int64, followsCrash: Bool, schema: String, seed: Int64)

    private static func prepareTables(
        _ parameters: ConnectionParameters,
        _ settings: Settings,
        now: Date,
        _ logger: Logger
    ) throws(LedgerFailure) -> Entry {
        let (server, tables) = (Deadline(after: settings.startPatience), Deadline(after: tablesPatience))
        let token = token()
        while true {
            do {
                return try enter(parameters, settings, token, now: now)
            } catch let failure as ServerFailure where failure.isAway && !server.hasPassed {
                say("the ledger's server isn't there yet", failure)
                Thread.sleep(forTimeInterval: 0.5)
            } catch let failure as ServerFailure where failure.isCollision && !tables.hasPassed {
                say("somebody else is at work on the ledger's tables; waiting", failure)
                Thread.sleep(forTimeInterval: 0.1)
            } catch {
                throw LedgerFailure(error, place: parameters.place)
            }
        }
        func say(_ message: Logger.Message, _ failure: ServerFailure) {
            logger.warning(message, metadata: ["place": "\(parameters.place)", "reason": "\(failure)"])
        }
    }

    private static func enter(
        _ parameters: ConnectionParameters,
        _ settings: Settings,
        _ token: Int64,
        now: Date
    ) throws -> Entry {
        let deadline = Deadline(after: 15)
        let connection = try ServerConnection(parameters, deadline: deadline)
        try Session.setUp(connection, deadline)
        try Session.checkWritable(connection, place: parameters.place, deadline)
        try Schema.migrate(connection, place: parameters.place, Deadline(after: tablesPatience))
        let join = """
            SELECT o_worker, o_follows_crash, current_schema(), seed
            FROM ledger_join(\(ServerConnection.quoted(settings.workerName)), \(settings.lease.begins), \
            \(settings.lease.total), \(now.stored), \(settings.predecessorWait), NULL, \(token)), ledger
            """
        let row = try connection.script(join, Deadline(after: 60)).first ?? []
        guard row.count == 4, let number = row[0].flatMap({ Int64($0) }), let schema = row[2],
            let seed = row[3].flatMap({ Int64($0) })
        else { throw ServerFailure.lost("the server gave this worker no number") }
        return (number, row[1] == "t", schema, seed)
    }

    /// Whether a worker could begin there: answers whether there is a ledger already, and throws what would stop it.
    ///
    /// Changes nothing.
    public static func examine(url: String) async throws(LedgerFailure) -> Bool {
        let parameters = try parameters(url)
        return try await OwnThread.run { () throws(LedgerFailure) in
            do { return try examine(parameters) } catch { throw LedgerFailure(error, place: parameters.place) }
        }
    }

    /// Whether there is a ledger, for who only reads: it needs no right to write, and may be a standby.
    public static func exists(url: String) async throws(LedgerFailure) -> Bool {
        let parameters = try parameters(url)
        return try await OwnThread.run { () throws(LedgerFailure) in
            do {
                let deadline = Deadline(after: 15)
                let connection = try ServerConnection(parameters, deadline: deadline)
                switch try Schema.inspect(connection, deadline) {
                case .nothing: return false
                case .foreign(let name): throw Schema.foreign(name, place: parameters.place)
                case .ledger: return true
                }
            } catch {
                throw LedgerFailure(error, place: parameters.place)
            }
        }
    }

    private static func examine(_ parameters: ConnectionParameters) throws -> Bool {
        let deadline = Deadline(after: 15)
        let connection = try ServerConnection(parameters, deadline: deadline)
        try Session.checkWritable(connection, place: parameters.place, deadline)
        switch try Schema.inspect(connection, deadline) {
        case .foreign(let name): throw Schema.foreign(name, place: parameters.place)
        case .ledger(let version):
            guard version <= Schema.version else { throw Schema.newer(version, place: parameters.place) }
            return true
        case .nothing:
            let may = try connection.script(
                """
                SELECT coalesce(
                    has_schema_privilege(current_schema(), 'CREATE'),
                    has_database_privilege(current_database(), 'CREATE')
                )
                """,
                deadline
            )
            guard may.first?.first == "t" else {
                throw ServerFailure(code: "42501", message: "this user may not create tables")
            }
            return false
        }
    }
}
