import HTTPTypes

/// `POST /sandbox/faults`
extension Fault {
    init(_ body: JSON) throws(EMSError) {
        let fields = try Fields(body, path: "fault")
        let match = try fields.fields("match")
        if let name = try match?.string("method") {
            guard let method = HTTPRequest.Method(name) else { throw Self.wrong("match.method isn't a method") }
            self.method = method
        }
        path = try match?.string("path").map { PathPattern($0) }
        let milliseconds = try fields.integer("delayMs") ?? 0
        guard (0...3_600_000).contains(milliseconds) else { throw Self.wrong("delayMs must be from 0 to 3600000") }
        delay = .milliseconds(milliseconds)
        effect = try Self.effect(fields, milliseconds)
        remaining = try fields.integer("count")
        guard remaining ?? 1 >= 1 else { throw Self.wrong("count must be at least 1") }
        rate = try fields.number("rate")
        guard (0...1).contains(rate ?? 0) else { throw Self.wrong("rate must be from 0 to 1") }
    }

    private static func effect(_ fields: Fields, _ milliseconds: Int) throws(EMSError) -> Effect {
        let status = try fields.integer("status")
        let retryAfter = try fields.integer("retryAfter")
        switch (status, try fields.string("drop")) {
        case (.some, .some): throw wrong("either status or drop, not both")
        case (let status?, nil):
            guard (300...599).contains(status) else { throw wrong("status must be from 300 to 599") }
            return .status(status, retryAfter: retryAfter)
        case (nil, "before"): return .dropBefore
        case (nil, "after"): return .dropAfter
        case (nil, "late"):
            guard milliseconds > 0 else { throw wrong("drop 'late' needs delayMs: when the write is done") }
            return .dropLate
        case (nil, .some): throw wrong("drop must be before, after or late")
        case (nil, nil):
            guard milliseconds > 0 else { throw wrong("one of status, drop and delayMs is needed") }
            return .slow
        }
    }

    private static func wrong(_ detail: String) -> EMSError {
        .refused(.invalidRequest, "The fault is wrong: \(detail).")
    }

    var wire: JSON {
        var json = JSONObject([("id", .integer(id))])
        var match = JSONObject()
        if let method { match.append("method", .string(method.rawValue)) }
        if let path { match.append("path", .string(path.text)) }
        json.append("match", .object(match))
        switch effect {
        case .status(let status, let retryAfter):
            json.append("status", .integer(status))
            if let retryAfter { json.append("retryAfter", .integer(retryAfter)) }
        case .dropBefore: json.append("drop", "before")
        case .dropAfter: json.append("drop", "after")
        case .dropLate: json.append("drop", "late")
        case .slow: break
        }
        json.append("delayMs", .integer(Int(delay / .milliseconds(1))))
        if let remaining { json.append("remaining", .integer(remaining)) }
        if let rate { json.append("rate", .number(rate)) }
        json.append("hits", .integer(hits))
        return .object(json)
    }
}
