import Foundation
import GRDB
import LedgerStorage
import OrderFulfilment

extension LedgerTransaction {
    static let dueSQL = """
        SELECT number, subscription, state FROM command
        WHERE due IS NOT NULL AND due <= ? AND is_suspect = 0 AND operation NOT IN (SELECT operation FROM pause)
        ORDER BY due, number LIMIT ?
        """

    static let setAsideSQL = "UPDATE command SET due = ?, is_suspect = 0, detail = ? WHERE number = ?"

    static let suspectSQL = """
        SELECT number FROM command WHERE is_suspect = 1 AND operation NOT IN (SELECT operation FROM pause)
        ORDER BY due LIMIT 1
        """

    static let nextDueSQL = """
        SELECT due FROM command
        WHERE due IS NOT NULL AND is_suspect = 0 AND operation NOT IN (SELECT operation FROM pause)
        ORDER BY due LIMIT 1
        """

    static let extendSQL = "UPDATE command SET due = due + ? WHERE due IS NOT NULL AND state = 'premature'"

    static let orphansSQL = """
        UPDATE command SET state = 'retrying', is_released = 1, due = ?, is_suspect = ? AND NOT EXISTS (
            SELECT 1 FROM decision d WHERE d.number = command.number AND d.decision IS NOT NULL
        )
        WHERE state IN ('in-hand', 'retrying') AND state = 'in-hand'
        """

    static let restartPatienceSQL = """
        UPDATE command SET due = max(due, ?) WHERE due IS NOT NULL AND state = 'premature'
        """

    /// Puts up to `limit` commands in hand whose time has come.
    func wake(limit: Int, now: Date) throws -> [WokenCommand] {
        var woken: [WokenCommand] = []
        while woken.count < limit {
            let due = try rows(Self.dueSQL, [now.stored, limit - woken.count]) { row in
                (number: row[0] as Int64, subscription: row[1] as String, state: try state(row[2]))
            }
            guard !due.isEmpty else { break }
            // A premature one whose lane is taken goes behind its head and is not due any more: the loop ends.
            for command in due {
                switch command.state {
                case .retrying:
                    if let command = try takeOrSetAside(command.number, now: now) { woken.append(command) }
                case .premature where try isFree(command.subscription):
                    let command = try takeOrSetAside(command.number, isExhausted: true, now: now)
                    if let command { woken.append(command) }
                case .premature:
                    let place = try nextPlace(command.subscription)
                    try run(Self.standBehindSQL, [place, true, command.number])
                case .inHand, .behind, .reopened, .ended:
                    throw ByteReader.Damage()
                }
            }
        }
        return woken
    }

    /// Puts one command in hand that was when a worker died, before it was decided.
    func wakeSuspect(now: Date) throws -> WokenCommand? {
        while let number = try row(Self.suspectSQL, [], { $0[0] as Int64 }) {
            if let command = try takeOrSetAside(number, now: now) { return command }
        }
        return nil
    }

    /// Takes a command, or sets it aside for an hour when its row can't be read: one damaged row must not keep all other
    /// commands from being woken.
    private func takeOrSetAside(
        _ number: Int64,
        isExhausted: Bool? = nil,
        now: Date
    ) throws -> WokenCommand? {
        do {
            return try take(number, isExhausted: isExhausted)
        } catch let error as DatabaseError {
            throw error
        } catch {
            let due = now.addingTimeInterval(3600)
            try run(Self.setAsideSQL, [due.stored, "the ledger can't read this command: \(error)", number])
            return nil
        }
    }

    /// When the next command is due.
    func nextDue() throws -> Date? {
        try row(Self.nextDueSQL) { Date(stored: $0[0]) }
    }

    /// Writes what is there already, which takes room on the disk like any other write.
    func prove() throws { try run("UPDATE ledger SET epoch = epoch") }

    /// Gives every premature command more time.
    func extendPatience(by seconds: Double) throws {
        try run(Self.extendSQL, [seconds])
    }

    /// Takes the file over from an earlier process: its claims are void, what it had in hand is due, and time spent
    /// down counts against nobody's patience.
    ///
    /// Answers with the number of this opening, and whether a worker died with the file open. An operator's process
    /// takes over as well, but leaves that mark as it is: it neither heeds it nor is a worker itself.
    static func takeOver(
        _ database: Database,
        as role: SQLiteLedger.Role,
        now: Date,
        predecessorWait: Double
    ) throws -> (epoch: Int64, followsCrash: Bool) {
        let followsCrash = try Bool.fetchOne(database, sql: "SELECT is_open FROM ledger") ?? false
        try database.execute(sql: orphansSQL, arguments: [now.stored, followsCrash])
        try database.execute(sql: restartPatienceSQL, arguments: [now.addingTimeInterval(predecessorWait).stored])
        try database.execute(sql: "UPDATE ledger SET epoch = epoch + 1")
        if role == .worker { try database.execute(sql: "UPDATE ledger SET is_open = 1") }
        return (try Int64.fetchOne(database, sql: "SELECT epoch FROM ledger") ?? 0, followsCrash)
    }
}
