import OrderMessages
import SubscriptionLifecycle

/// What a run has seen: verdicts by operation and by origin, what is beyond a schema, and which limits.
struct Census {
    private(set) var byOperation: [OrderOperation: [Judge.Verdict: Int]] = [:]
    private(set) var byOrigin: [String: [Judge.Verdict: Int]] = [:]
    private(set) var byReason: [String: Int] = [:]
    /// Counted where the schema alone would have allowed the message.
    private(set) var beyond: [PythonValidator.Beyond: Int] = [:]
    private(set) var seen: Set<MessageSource.Edge> = []
    /// Counted whatever else is wrong: no schema allows anything that deep, so nesting never stands alone.
    private(set) var tooDeep = 0
    private(set) var binary = 0
    private(set) var total = 0

    mutating func count(_ message: MessageSource.Message, _ judgement: Judge.Judgement) {
        total += 1
        binary += judgement.isBinary ? 1 : 0
        byOperation[message.operation, default: [:]][judgement.worker, default: 0] += 1
        byOrigin[message.origin.name, default: [:]][judgement.worker, default: 0] += 1
        if let reason = judgement.reason { byReason[reason.rawValue, default: 0] += 1 }
        tooDeep += judgement.standard.beyond.contains(.nesting) ? 1 : 0
        if judgement.standard.isValid { for one in judgement.standard.beyond { beyond[one, default: 0] += 1 } }
        if case .edge(let limit, let side) = message.origin, !judgement.isBinary, judgement.shows(limit, side) {
            seen.insert(.init(operation: message.operation, limit: limit, side: side))
        }
    }

    /// For a person.
    func report(_ edges: [MessageSource.Edge]) -> String {
        func line(_ name: String, _ counts: [Judge.Verdict: Int]) -> String {
            let words = Judge.Verdict.allCases.filter { counts[$0] != nil }.map { "\(counts[$0] ?? 0) \($0.rawValue)" }
            return "  \(name): \(words.joined(separator: ", "))"
        }
        let operations = OrderOperation.allCases.map { operation in
            let own = edges.filter { $0.operation == operation }
            let met = own.filter { $0.side == .met }
            let violated = own.filter { $0.side == .violated }
            return line(operation.rawValue, byOperation[operation] ?? [:])
                + "; limits just met: \(met.count(where: seen.contains)) of \(met.count)"
                + ", just violated: \(violated.count(where: seen.contains)) of \(violated.count)"
        }
        let rest = PythonValidator.Beyond.allCases.filter { $0 != .nesting }.map { "\(beyond[$0] ?? 0) \($0.rawValue)" }
        return
            (["\(total) messages, \(binary) of them in binary mode"] + operations
            + byOrigin.sorted { $0.key < $1.key }.map { line($0.key, $0.value) }
            + ["  refused although their schema allows them: \(rest.joined(separator: ", "))"]
            + ["  nested too deep, which no schema allows anyway: \(tooDeep)"]
            + [
                "  reasons: "
                    + byReason.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }.joined(separator: ", ")
            ])
            .joined(separator: "\n")
    }
}

extension MessageSource.Origin {
    var name: String {
        switch self {
        case .valid: "made valid"
        case .edge(_, .met): "on the edge, inside"
        case .edge(_, .violated): "on the edge, outside"
        case .size(.met): "as large as may be"
        case .size(.violated): "a byte too large"
        case .depth(.met): "as deep as may be"
        case .depth(.violated): "a level too deep"
        case .damaged: "damaged"
        }
    }
}

extension Judge.Judgement {
    /// Whether the standard validator saw the limit as the message was meant to show it.
    func shows(_ limit: Limit, _ side: Limit.Side) -> Bool {
        switch (side, limit.rule) {
        case (.met, _): standard.isValid && standard.beyond.isEmpty
        case (.violated, .bytes): standard.isValid && standard.beyond == [.bytes]
        case (.violated, _): standard.isJSON && !standard.isValid && standard.beyond.isEmpty
        }
    }
}
