import CPostgres

extension ServerConnection {
    /// Runs a text of statements, as one transaction unless they say otherwise; answers with the rows of the last.
    ///
    /// Only before ``prepare(_:_:)``.
    @discardableResult
    func script(_ sql: String, _ deadline: Deadline) throws(ServerFailure) -> [[String?]] {
        guard PQsendQuery(handle, sql) == 1 else { throw failure() }
        try flush(deadline)
        var rows: [[String?]] = []
        var problem: ServerFailure?
        while let result = try nextResult(deadline) {
            if case .failed(let failure) = result.kind {
                problem = problem ?? failure
                guard PQstatus(handle) != CONNECTION_BAD else { break }
            }
            rows = result.rows.map { row in row.fields.map { $0.map { String(decoding: $0, as: UTF8.self) } } }
        }
        if let problem { throw problem }
        return rows
    }

    /// As a text between apostrophes.
    static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }
}
