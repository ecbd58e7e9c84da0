import OrderFulfilment

/// The tables of a ledger in a database's schema, and the steps that lead there from earlier versions.
///
/// The schema is the first of the connection's `search_path`; every name begins with `ledger`.
enum Schema {
    /// Says in the table `ledger` whose it is.
    static let application = "order-worker"

    /// Step n leads from version n to n + 1.
    ///
    /// Published steps never change: add one.
    static let steps = [SchemaStep1.script, SchemaStep2.script]

    /// The version that this program reads and writes.
    static var version: Int { steps.count }

    /// Names the lock of whoever changes the tables.
    static let lock = 0x4F57_4C31

    /// What stands in the schema.
    enum Finding: Equatable {
        /// Nothing of ours, and nothing in our way.
        case nothing
        case ledger(version: Int)
        /// Tables or functions of somebody else, under our names.
        case foreign(String)
    }

    /// Looks, and changes nothing.
    static func inspect(_ connection: ServerConnection, _ deadline: Deadline) throws(ServerFailure) -> Finding {
        let found = try connection.script(
            """
            SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = current_schema() AND (c.relname = 'ledger' OR c.relname LIKE 'ledger\\_%')
            UNION ALL
            SELECT p.proname || '()' FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname = current_schema() AND p.proname LIKE 'ledger\\_%'
            """,
            deadline
        ).compactMap(\.first).compactMap(\.self)
        guard let first = found.first else { return .nothing }
        guard found.contains("ledger") else { return .foreign(first) }
        let columns = try connection.script(
            """
            SELECT count(*) FROM pg_attribute WHERE attrelid = to_regclass('ledger')
            AND attname IN ('application', 'version', 'seed') AND NOT attisdropped
            """,
            deadline
        )
        guard columns.first?.first == "3" else { return .foreign("ledger") }
        let rows = try connection.script("SELECT application, version FROM ledger", deadline)
        guard rows.count == 1, rows[0][0] == application, let version = rows[0][1].flatMap({ Int($0) }) else {
            return .foreign("ledger")
        }
        return .ledger(version: version)
    }

    /// Brings the tables to this program's version, in one transaction that others wait for.
    ///
    /// Throws a collision when somebody else is still at it after the session's `lock_timeout`: to be asked again.
    static func migrate(_ connection: ServerConnection, place: String, _ deadline: Deadline) throws {
        try makeSchema(connection, deadline)
        // Whoever is at work on the tables now may keep us waiting for longer, and a big table takes its time.
        try connection.script(
            """
            BEGIN;
            SELECT pg_advisory_xact_lock(\(lock), hashtext(current_schema()));
            SET LOCAL lock_timeout = '30s';
            SET LOCAL statement_timeout = 0;
            """,
            deadline
        )
        let found = try found(connection, place: place, deadline)
        for step in steps[found...] { try connection.script(step, deadline) }
        if found == 0 {
            try connection.script(
                "INSERT INTO ledger (application, version) VALUES ('\(application)', \(version))",
                deadline
            )
        } else if found < version {
            try connection.script("UPDATE ledger SET version = \(version)", deadline)
        }
        try connection.script("COMMIT", deadline)
    }

    /// The version of the ledger that is there, 0 when there is none; throws when this program must keep its hands off.
    private static func found(
        _ connection: ServerConnection,
        place: String,
        _ deadline: Deadline
    ) throws -> Int {
        switch try inspect(connection, deadline) {
        case .nothing: return 0
        case .foreign(let name): throw foreign(name, place: place)
        case .ledger(let version) where version > Self.version: throw newer(version, place: place)
        case .ledger(let version): return version
        }
    }

    /// A search path may name a schema that isn't there yet.
    private static func makeSchema(_ connection: ServerConnection, _ deadline: Deadline) throws(ServerFailure) {
        let path = try connection.script("SELECT current_schema(), current_setting('search_path')", deadline)
        guard let row = path.first, row[0] == nil, let first = row[1]?.split(separator: ",").first else { return }
        let name = String(first.trimmingPrefix(while: \.isWhitespace)).replacing("\"", with: "")
        guard !name.isEmpty, name != "$user" else { return }
        // Two that make it at the same time would be in each other's way in spite of the words.
        try connection.script(
            """
            BEGIN;
            SELECT pg_advisory_xact_lock(\(lock), hashtext(\(ServerConnection.quoted(name))));
            CREATE SCHEMA IF NOT EXISTS "\(name)";
            COMMIT
            """,
            deadline
        )
    }

    static func newer(_ found: Int, place: String) -> LedgerFailure {
        .incompatible(
            "The ledger in \(place) was written by a newer order-worker (ledger version \(found), this one knows "
                + "\(version)): run that release, or restore the ledger from before the update."
        )
    }

    static func foreign(_ name: String, place: String) -> LedgerFailure {
        .incompatible(
            "In \(place) there is already '\(name)', which is not this program's. Give the ledger a schema of its own: "
                + "add ?options=-csearch_path%3Dorder_worker to LEDGER_URL. Nothing was changed."
        )
    }

    static func missing(place: String) -> LedgerFailure {
        .unavailable("There is no ledger in \(place): a worker creates it when it first runs.")
    }

    static func older(place: String) -> LedgerFailure {
        .incompatible("The ledger in \(place) is from an older release: start the worker once to bring it up to date.")
    }
}
