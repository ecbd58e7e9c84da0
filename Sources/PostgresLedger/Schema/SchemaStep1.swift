/// The first version of the tables and of the functions on them.
///
/// Each operation of the ledger is one function: a group of them goes to the server in one exchange and one
/// transaction, so no lock is ever held while a worker thinks, or is frozen. Everything that changes a lane holds the
/// lane's lock until its transaction ends; a statement after that sees all that the holder before has done.
enum SchemaStep1 {
    static let script = [
        tables, operatorTables, lanes, leases, claims, endings, waiting, suspects, keys, outbox, rounds, operators,
    ].joined(separator: "\n")
}
