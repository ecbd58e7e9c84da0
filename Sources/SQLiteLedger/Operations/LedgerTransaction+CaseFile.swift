import Foundation
import GRDB
import LedgerStorage
import OrderFulfilment

/// What is added to a command's case file, as it is stored: encoded before the transaction, which others wait for.
struct CasePart: Sendable {
    var inputs: String?
    var entries: String
    /// Up to what size the entries may have grown for these to be added, in bytes.
    var largest: Int

    init?(_ file: CaseFile?, isLast: Bool = false) {
        guard let file else { return nil }
        inputs = file.inputs.map { StoredCase.text(of: $0) }
        entries = StoredCase.text(of: file.entries)
        largest = isLast ? Int.max : StoredCase.largestEntries
    }
}

extension LedgerTransaction {
    static let keepSQL = """
        INSERT INTO case_file (number, inputs, entries) VALUES (?, ?, ?)
        ON CONFLICT (number) DO UPDATE SET
            inputs = coalesce(excluded.inputs, inputs),
            entries = CASE
                WHEN instr(entries, excluded.entries) > 0 THEN entries
                WHEN length(CAST(entries AS BLOB)) >= ? THEN entries
                ELSE entries || excluded.entries END
        """

    /// Adds to a case file what isn't there yet, to the millisecond.
    func keep(_ part: CasePart?, of number: Int64) throws {
        guard let part else { return }
        try run(Self.keepSQL, [number, part.inputs, part.entries, part.largest])
    }
}
