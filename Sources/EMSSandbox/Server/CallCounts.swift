/// How often each endpoint was called, faults and refusals included.
///
/// Availability isn't counted: it is polled.
struct CallCounts: Sendable {
    private var counts: [String: Int] = [:]

    mutating func count(_ match: Endpoint.Match) {
        switch match {
        case .found(let endpoint, _): counts[endpoint.name, default: 0] += 1
        // One name for all, so that no client can fill the memory with paths.
        case .otherMethod, .nothing: counts["(unknown)", default: 0] += 1
        }
    }

    var wire: JSON {
        let sorted = counts.sorted { $0.key < $1.key }
        return [
            "calls": .object(JSONObject(sorted.map { ($0.key, .integer($0.value)) })),
            "total": .integer(counts.values.reduce(0, +)),
        ]
    }
}
