import Foundation
import GRDB
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// The ledger's operations inside one transaction; each is in a file of its own.
struct LedgerTransaction {
    let database: Database
    let fences: FenceCounter
    let predecessorWait: Double

    /// Runs a statement that answers nothing.
    func run(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws {
        let statement = try database.cachedStatement(sql: sql)
        statement.setUncheckedArguments(arguments)
        try statement.execute()
    }

    /// The rows that a statement answers; it is run to its end.
    func rows<Value>(
        _ sql: String,
        _ arguments: StatementArguments = StatementArguments(),
        _ read: (Row) throws -> Value
    ) throws -> [Value] {
        let statement = try database.cachedStatement(sql: sql)
        statement.setUncheckedArguments(arguments)
        let cursor = try Row.fetchCursor(statement)
        var values: [Value] = []
        while let row = try cursor.next() { values.append(try read(row)) }
        return values
    }

    /// The first row that a statement answers; it is run to its end.
    func row<Value>(
        _ sql: String,
        _ arguments: StatementArguments = StatementArguments(),
        _ read: (Row) throws -> Value
    ) throws -> Value? {
        try rows(sql, arguments, read).first
    }
}

extension [UInt8] {
    /// As it is stored.
    var blob: Data { Data(self) }
}
