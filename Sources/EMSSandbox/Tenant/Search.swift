/// Paging, pattern and embedding of a search; unknown parameters are ignored.
struct Search {
    /// The default, and the most: a larger page is cut to it without a word.
    static let largestPage = 200

    let pattern: SearchPattern
    /// How many rows to skip.
    let start: Int
    let size: Int
    let embeds: Embeds

    init(_ query: Query) throws(EMSError) {
        if let text = query["searchPattern"] {
            guard let pattern = SearchPattern(rawValue: text) else {
                throw .refused(.invalidRequest, "searchPattern must be Normal, Like or Exact, not '\(text)'")
            }
            self.pattern = pattern
        } else {
            pattern = .normal
        }
        start = try query.integer("pageStartIndex", from: 0) ?? 0
        size = min(try query.integer("pageSize", from: 1) ?? Self.largestPage, Self.largestPage)
        embeds = Embeds(query["embed"])
    }

    /// One page in the order of creation.
    ///
    /// Exact filters on `indexed` fields don't look at other rows.
    func page<Row>(_ table: inout Table<Row>, _ filters: Filters<Row>, indexed: [KeyField]) -> [Row] {
        if filters.all.isEmpty { return table.rows(skipping: start, limit: size) }
        if pattern == .exact {
            for field in indexed {
                guard let value = filters.query[field.rawValue], !value.contains(",") else { continue }
                let found = table[field, value].map { [$0] } ?? []
                return Array(found.filter(filters.accept).dropFirst(start).prefix(size))
            }
        }
        return table.page(of: filters.query.search, skipping: start, limit: size, where: filters.accept)
    }

    /// `count` is that of this page, and with no rows the inner list is missing.
    func wire(_ plural: String, _ singular: String, _ rows: [JSON]) -> JSON {
        var list: JSONObject = JSONObject([("count", .integer(rows.count))])
        if !rows.isEmpty { list.append(singular, .array(rows)) }
        return .object(JSONObject([(plural, .object(list))]))
    }
}
