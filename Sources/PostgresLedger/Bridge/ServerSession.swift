import CPostgres

/// A session as the server knows it: its process, and since when, since numbers of processes come again.
struct ServerSession: Sendable {
    private let process: Int32
    private let start: String

    init(_ connection: ServerConnection, _ deadline: Deadline) throws(ServerFailure) {
        process = PQbackendPID(connection.handle)
        let rows = try connection.script(
            "SELECT backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()",
            deadline
        )
        start = rows.first?.first.flatMap(\.self) ?? ""
    }

    /// Ends the session, and returns when nothing of it is at work any more.
    func end(from connection: ServerConnection, _ deadline: Deadline) throws(ServerFailure) {
        let condition = "pid = \(process) AND backend_start = \(ServerConnection.quoted(start))"
        while true {
            let rows = try connection.script(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE \(condition)",
                deadline
            )
            guard !rows.isEmpty else { return }
            guard !deadline.hasPassed else { throw .lost("the session before is still at work") }
            try connection.script("SELECT pg_sleep(0.02)", deadline)
        }
    }
}
