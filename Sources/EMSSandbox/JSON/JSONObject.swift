/// The members of a JSON object in their order, so that answers read like the documented ones.
struct JSONObject: Sendable, Equatable {
    private(set) var names: [String] = []
    private(set) var values: [JSON] = []

    init() {}

    init(_ members: [(String, JSON)]) {
        names = members.map(\.0)
        values = members.map(\.1)
    }

    /// Where a name stands twice, the last one counts.
    subscript(name: String) -> JSON? {
        names.lastIndex(of: name).map { values[$0] }
    }

    mutating func append(_ name: String, _ value: JSON) {
        names.append(name)
        values.append(value)
    }
}
