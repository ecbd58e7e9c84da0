import GRDB
import Testing

@testable import SQLiteLedger

/// Every statement of the straight line finds its rows through an index, however many there are.
@Suite struct QueryPlanTests {
    static let statements = [
        LedgerTransaction.findSQL, LedgerTransaction.knownSQL, LedgerTransaction.headSQL, LedgerTransaction.ripeSQL,
        LedgerTransaction.lastPlaceSQL, LedgerTransaction.standBehindSQL, LedgerTransaction.promoteSQL,
        LedgerTransaction.takeSQL, LedgerTransaction.grantSQL, LedgerTransaction.heldSQL, LedgerTransaction.endSQL,
        LedgerTransaction.announcedSQL, LedgerTransaction.unannouncedSQL, LedgerTransaction.pruneSQL,
        LedgerTransaction.retrySQL, LedgerTransaction.waitSQL, LedgerTransaction.releaseSQL,
        LedgerTransaction.dueSQL, LedgerTransaction.nextDueSQL, LedgerTransaction.extendSQL,
        LedgerTransaction.outcomeSQL, LedgerTransaction.orphansSQL, LedgerTransaction.restartPatienceSQL,
        LedgerTransaction.suspectSQL, LedgerTransaction.strikeSQL, LedgerTransaction.clearStrikesSQL,
        LedgerTransaction.isPausedSQL, LedgerTransaction.claimAgainSQL, LedgerTransaction.reopenSQL,
        LedgerTransaction.releasableSQL, LedgerTransaction.dueNowSQL, LetterQueries.foundSQL, LetterQueries.laterSQL,
    ]

    @Test(arguments: statements)
    func `No statement walks through all commands`(_ sql: String) throws {
        let queue = try DatabaseQueue()
        try queue.writeWithoutTransaction { try Schema.migrate($0, path: "test") }
        let plan = try queue.read { database in
            let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
            statement.setUncheckedArguments(StatementArguments(sql.filter { $0 == "?" }.map { _ in nil as Int? }))
            return try Row.fetchAll(statement).map { $0["detail"] as String }
        }
        // A walk over a partial index is a walk over the few open commands that are in it; at most nine are paused.
        let partial = ["command_due", "command_premature", "command_head", "command_suspect", "pause"]
        for step in plan where step.hasPrefix("SCAN") {
            #expect(partial.contains { step.hasSuffix($0) }, "\(plan)")
        }
        #expect(!plan.contains { $0.contains("TEMP B-TREE") } || sql == LedgerTransaction.ripeSQL, "\(plan)")
    }
}
