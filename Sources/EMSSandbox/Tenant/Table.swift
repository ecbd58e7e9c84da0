/// Records in the order of their creation, found by any of their keys without a search.
struct Table<Row: Record>: Sendable {
    /// A removed record leaves a gap, so that positions stay valid.
    private var slots: [Row?] = []
    private var positions: [RecordKey: Int] = [:]

    var rows: some Sequence<Row> { slots.lazy.compactMap { $0 } }

    /// Records from an offset without looking at those before it, unless some were removed.
    func rows(skipping count: Int, limit: Int) -> [Row] {
        guard gaps > 0 else { return slots.dropFirst(count).prefix(limit).compactMap { $0 } }
        return Array(rows.dropFirst(count).prefix(limit))
    }

    private var gaps = 0

    subscript(_ field: KeyField, _ value: String) -> Row? {
        positions[RecordKey(field, value)].flatMap { slots[$0] }
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
            return other.id != row.id
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
        let keys = row.keys
        let position: Int
        if let found = positions[RecordKey(.id, row.id)], let old = slots[found] {
            position = found
            for key in old.keys where !keys.contains(key) { positions[key] = nil }
            slots[position] = row
        } else {
            position = slots.count
            slots.append(row)
        }
        for key in keys { positions[key] = position }
    }

    mutating func remove(_ row: Row) {
        guard let position = positions[RecordKey(.id, row.id)] else { return }
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
