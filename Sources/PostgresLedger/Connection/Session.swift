import OrderFulfilment

/// How every session begins.
enum Session {
    static let begin = Statement("begin", "BEGIN")
    static let commit = Statement("commit", "COMMIT")
    static let rollback = Statement("rollback", "ROLLBACK")
    static let statements = [begin, commit, rollback]

    /// Prepared statements in a pipeline need 14 only at this end, but older servers get no mends any more.
    private static let oldestServer = 130_000

    /// `synchronous_commit` only where it is off: whoever has asked for more than one copy shall have it.
    private static let settings = """
        SET lock_timeout = '5s';
        SET statement_timeout = '60s';
        SET idle_in_transaction_session_timeout = '20s';
        SET client_min_messages = warning;
        SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
        """

    static func setUp(_ connection: ServerConnection, _ deadline: Deadline) throws(ServerFailure) {
        try connection.script(settings, deadline)
    }

    /// A worker of a newer release may have changed the tables since this one has looked at them.
    static func checkVersion(_ connection: ServerConnection, _ deadline: Deadline) throws(ServerFailure) {
        let found = try connection.script("SELECT version FROM ledger", deadline).first?.first.flatMap(\.self)
        guard found == "\(Schema.version)" else {
            throw ServerFailure(
                code: "42P01",
                message: "its version is \(found ?? "unknown"), this program's is \(Schema.version)"
            )
        }
    }

    /// Says what keeps a ledger from being written there.
    static func checkWritable(_ connection: ServerConnection, place: String, _ deadline: Deadline) throws {
        guard connection.serverVersion >= oldestServer else {
            let version = "\(connection.serverVersion / 10_000)"
            throw LedgerFailure.unavailable(
                "The PostgreSQL at \(place) is version \(version); 13 is the oldest that works."
            )
        }
        let row =
            try connection.script(
                "SELECT current_setting('server_encoding'), current_setting('transaction_read_only')",
                deadline
            ).first ?? []
        guard row.first == "UTF8" else {
            let encoding = row.first.flatMap(\.self) ?? "unknown"
            throw LedgerFailure.unavailable(
                "The database \(place) has the encoding \(encoding); the ledger needs UTF8."
            )
        }
        guard row.last == "off" else { throw ServerFailure(code: "25006", message: "the server takes reads only") }
    }
}
