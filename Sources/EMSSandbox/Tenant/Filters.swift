/// The filters that a query asks for, prepared once, so that a row costs no more than it must.
struct Filters<Row: Record> {
    typealias Filter = (Row) -> Bool

    let query: Query
    private let pattern: SearchPattern
    private(set) var all: [Filter] = []

    init(_ query: Query, _ pattern: SearchPattern) {
        self.query = query
        self.pattern = pattern
    }

    func accept(_ row: Row) -> Bool { all.allSatisfy { $0(row) } }

    mutating func add(_ filter: @escaping Filter) { all.append(filter) }

    /// Compared by the search pattern.
    mutating func text(_ name: String, _ value: @escaping (Row) -> String?) {
        guard let wanted = query[name] else { return }
        let pattern = pattern
        add { row in value(row).map { pattern.matches($0, wanted) } ?? false }
    }

    /// A comma list of exact values, whatever the search pattern.
    mutating func list(_ name: String, _ values: @escaping (Row) -> [String]) {
        guard let text = query[name] else { return }
        let wanted = Set(text.split(separator: ",").map(String.init))
        add { row in values(row).contains { wanted.contains($0) } }
    }

    /// `<name>From` and `<name>To`, both inclusive; a row without the date is left out.
    mutating func dates(_ name: String, _ value: @escaping (Row) -> CalendarDate?) throws(EMSError) {
        if let from = try query.date(name + "From") { add { row in value(row).map { $0 >= from } ?? false } }
        if let to = try query.date(name + "To") { add { row in value(row).map { $0 <= to } ?? false } }
    }

    mutating func flag(_ name: String, _ value: @escaping (Row) -> Bool) throws(EMSError) {
        if let wanted = try query.bool(name) { add { row in value(row) == wanted } }
    }
}
