/// The query parameters of a call; where one stands twice, the first counts.
struct Query: Sendable {
    private var values: [String: String] = [:]

    init() {}

    init(_ raw: Substring) throws(EMSError) {
        for pair in raw.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try PercentEncoding.decode(parts[0], plusIsSpace: true)
            let value = parts.count > 1 ? try PercentEncoding.decode(parts[1], plusIsSpace: true) : ""
            if values[name] == nil { values[name] = value }
        }
    }

    /// Nil when the parameter is absent or empty.
    subscript(name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    var names: some Collection<String> { values.keys }

    /// What is searched for, without the page.
    var search: String {
        values.filter { $0.key != "pageStartIndex" }.sorted { $0.key < $1.key }
            .map { "\($0.key)=\($0.value)" }.joined(separator: "\u{0}")
    }

    func bool(_ name: String) throws(EMSError) -> Bool? {
        switch self[name] {
        case nil: return nil
        case "true": return true
        case "false": return false
        case .some(let text): throw .refused(.invalidRequest, "'\(name)' must be true or false, not '\(text)'")
        }
    }

    func integer(_ name: String, from least: Int) throws(EMSError) -> Int? {
        guard let text = self[name] else { return nil }
        guard let value = Int(text), value >= least, value <= 1_000_000_000 else {
            throw .refused(.invalidRequest, "'\(name)' must be a whole number from \(least), not '\(text)'")
        }
        return value
    }

    func date(_ name: String) throws(EMSError) -> CalendarDate? {
        guard let text = self[name] else { return nil }
        guard let date = CalendarDate(text) else {
            throw .refused(.invalidRequest, "'\(name)' must be a date as YYYY-MM-DD, not '\(text)'")
        }
        return date
    }
}
