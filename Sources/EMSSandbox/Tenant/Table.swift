/// Records in the order of their creation, found by any of their keys without a search.
struct Table<Row: Record>: Sendable {
    /// A removed record leaves a gap, so that positions stay valid.
    private var slots: [Slot?] = []
    private var positions: [RecordKey: Int] = [:]

    /// A record behind a reference, so that looking through a large table doesn't copy its records.
    private final class Slot: Sendable {
        let row: Row

        init(_ row: Row) { self.row = row }
    }

    var rows: some Sequence<Row> { slots.lazy.compactMap { $0?.row } }

    /// Where the last page of a search ended, so that the next one needn't skip all over again.
    private struct Cursor {
        var search: String
        var skipped: Int
        var slot: Int
    }

    /// Forgotten with every change.
    private var cursor: Cursor?

    /// One page of the records that are accepted, in the order of creation.
    ///
    /// Paging through everything looks at each record once, as long as nothing changes in between.
    mutating func page(
        of search: String,
        skipping count: Int,
        limit: Int,
        where accept: (Row) -> Bool
    ) -> [Row] {
        var page: [Row] = []
        var position = 0
        var skipped = 0
        if let cursor, cursor.search == search, cursor.skipped == count {
            position = cursor.slot
            skipped = count
        }
        while position < slots.count, page.count < limit {
            if let slot = slots[position], accept(slot.row) {
                if skipped < count { skipped += 1 } else { page.append(slot.row) }
            }
            position += 1
        }
        cursor = Cursor(search: search, skipped: count + page.count, slot: position)
        return page
    }

    /// Records from an offset without looking at those before it, unless some were removed.
    func rows(skipping count: Int, limit: Int) -> [Row] {
        guard gaps > 0 else { return slots.dropFirst(count).prefix(limit).compactMap { $0?.row } }
        return Array(rows.dropFirst(count).prefix(limit))
    }

    private var gaps = 0

    subscript(_ field: KeyField, _ value: String) -> Row? {
        positions[RecordKey(field, value)].flatMap { slots[$0]?.row }
    }

    /// The record that a path names, or 404.
    func find(_ key: ResourceKey?) throws(EMSError) -> Row {
        guard let key else { throw .notFound }
        let field = key.field ?? Row.bareField
        guard key.field == nil || Row.namedFields.contains(field), let row = self[field, key.value] else {
            throw .notFound
        }
        return row
    }

    /// The key that another record has already.
    func conflict(of row: Row) -> RecordKey? {
        row.keys.first { key in
            guard let position = positions[key], let other = slots[position] else { return false }
            return other.row.id != row.id
        }
    }

    func requireUnique(_ row: Row) throws(EMSError) {
        if let key = conflict(of: row) {
            throw .refused(.duplicate, "Another one has the \(key.field.rawValue) '\(key.value)' already.")
        }
    }

    /// Inserts the record, or replaces the one with its id.
    ///
    /// Uniqueness has been checked before.
    mutating func put(_ row: Row) {
        cursor = nil
        let keys = row.keys
        let position: Int
        if let found = positions[RecordKey(.id, row.id)], let old = slots[found] {
            position = found
            for key in old.row.keys where !keys.contains(key) { positions[key] = nil }
            slots[position] = Slot(row)
        } else {
            position = slots.count
            slots.append(Slot(row))
        }
        for key in keys { positions[key] = position }
    }

    mutating func remove(_ row: Row) {
        guard let position = positions[RecordKey(.id, row.id)] else { return }
        cursor = nil
        for key in row.keys { positions[key] = nil }
        slots[position] = nil
        gaps += 1
    }
}

extension Table: Codable {
    init(from decoder: any Decoder) throws {
        self.init()
        for row in try [Row](from: decoder) { put(row) }
    }

    func encode(to encoder: any Encoder) throws { try Array(rows).encode(to: encoder) }
}
