/// What was found, by rule: every finding counted, the first few kept.
struct ConformFindings<Rule: ConformRule>: Sendable {
    /// How many of a rule and weight are kept; the rest is only counted.
    static var kept: Int { 5 }

    private var findings: [Rule: [ConformReport.Finding]] = [:]
    private var counts: [Rule: [Severity: Int]] = [:]
    private var notSeen: [Rule: String?] = [:]

    /// Notes a finding; `message` names the message it is about.
    mutating func add(_ severity: Severity, _ rule: Rule, _ message: String?, _ detail: String) {
        counts[rule, default: [:]][severity, default: 0] += 1
        guard counts[rule]?[severity] ?? 0 <= Self.kept else { return }
        findings[rule, default: []].append(.init(severity: severity, message: message, detail: detail))
    }

    /// Notes that nothing can be said about a rule, and why where that isn't plain.
    mutating func leave(_ rule: Rule, because reason: String?) { notSeen[rule] = .some(reason) }

    /// One line for each rule, in the order in which they are declared.
    var rules: [ConformReport.Rule] {
        Rule.allCases.map { rule in
            let failures = counts[rule]?[.failure] ?? 0
            let hints = counts[rule]?[.hint] ?? 0
            let verdict: ConformReport.Verdict =
                if failures > 0 { .failed } else if notSeen[rule] != nil { .notSeen } else if hints > 0 { .hints } else
                {
                    .passed
                }
            // What breaks the contract comes first.
            let found = findings[rule] ?? []
            return ConformReport.Rule(
                rule: rule.rawValue,
                meaning: rule.meaning,
                verdict: verdict,
                failures: failures,
                hints: hints,
                findings: found.filter { $0.severity == .failure } + found.filter { $0.severity == .hint },
                reason: notSeen[rule] ?? nil
            )
        }
    }
}
