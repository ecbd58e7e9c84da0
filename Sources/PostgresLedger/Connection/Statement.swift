/// A statement that every connection prepares when it opens.
struct Statement: Sendable {
    /// What it is called at the server.
    let name: String
    /// Its text, with `$1`, `$2`… and the type of each.
    let sql: String

    init(_ name: String, _ sql: String) {
        self.name = name
        self.sql = sql
    }

    /// A call of a function of the schema, which answers rows.
    init(function name: String, _ types: String...) {
        let arguments = types.enumerated().map { "$\($0.offset + 1)::\($0.element)" }.joined(separator: ", ")
        self.init(name, "SELECT * FROM \(name)(\(arguments))")
    }
}
