import GRDB
import LedgerStorage
import OrderFulfilment

extension LedgerFailure {
    /// What an error of SQLite, or of reading back what was stored, means to the line.
    init(_ error: any Error, path: String) {
        switch error {
        case let failure as LedgerFailure:
            self = failure
        case let error as DatabaseError where [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode):
            self = .incompatible(
                "The ledger \(path) is damaged (\(Self.sentence(error))): stop the worker, keep a copy of the file and of "
                    + "its -wal beside it, and put the last backup back."
            )
        case let error as DatabaseError:
            self = .unavailable("The ledger \(path) can't be used now: \(Self.sentence(error)).")
        case is ByteReader.Damage, is DecodingError:
            self = .incompatible(
                "The ledger \(path) holds a row that can't be read: it is damaged, or was written by another release."
            )
        case let error:
            self = .unavailable("The ledger \(path) can't be used now: \(error).")
        }
    }

    private static func sentence(_ error: DatabaseError) -> String {
        "SQLite error \(error.extendedResultCode.rawValue), \(error.message ?? "without a message")"
    }
}
