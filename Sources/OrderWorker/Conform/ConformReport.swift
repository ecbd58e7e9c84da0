/// The result of a conformance run, for people and for programs.
struct ConformReport: Encodable, Sendable {
    /// What became of a rule.
    enum Verdict: String, Encodable, Sendable {
        /// Nothing was found.
        case passed
        /// Nothing that breaks the contract.
        case hints
        /// The contract is broken.
        case failed
        /// This run could not tell.
        case notSeen = "not-seen"
    }

    /// One thing that was found.
    struct Finding: Encodable, Sendable {
        var severity: Severity
        /// The message (or the subscription) it is about.
        var message: String?
        var detail: String
    }

    /// A rule with all that was found about it.
    struct Rule: Encodable, Sendable {
        var rule: String
        var meaning: String
        var verdict: Verdict
        var failures: Int
        var hints: Int
        /// The first few.
        var findings: [Finding]
        /// Why this run could not tell.
        var reason: String?
    }

    /// A number of the run.
    struct Count: Encodable, Sendable {
        var what: String
        var count: Int
    }

    /// `publisher` or `subscriber`.
    var subject: String
    /// Whether hints count as failures.
    var isStrict: Bool
    var counts: [Count]
    var rules: [Rule]
    /// What no run of this kind can tell.
    var outOfSight: [String]

    /// Whether the contract was kept as far as could be seen.
    var conforms: Bool { failed.isEmpty }

    /// The rules that were broken.
    var failed: [String] {
        rules.filter { $0.verdict == .failed || (isStrict && $0.hints > 0) }.map(\.rule)
    }

    private enum CodingKeys: String, CodingKey {
        case subject, conforms, failed, isStrict = "strict", counts, rules, outOfSight
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(subject, forKey: .subject)
        try container.encode(conforms, forKey: .conforms)
        try container.encode(failed, forKey: .failed)
        try container.encode(isStrict, forKey: .isStrict)
        try container.encode(counts, forKey: .counts)
        try container.encode(rules, forKey: .rules)
        try container.encode(outOfSight, forKey: .outOfSight)
    }
}

extension ConformReport: CustomStringConvertible {
    /// A line for each rule, what was found below it, and the verdict last.
    var description: String {
        let width = rules.map(\.rule.count).max() ?? 0
        var lines = rules.flatMap { rule in
            let name = rule.rule + String(repeating: " ", count: width - rule.rule.count)
            return ["\(Self.word(rule.verdict))  \(name)  \(rule.meaning)"] + Self.details(rule).map { "        \($0)" }
        }
        if !outOfSight.isEmpty { lines.append("Not to be seen from here: \(outOfSight.joined(separator: "; ")).") }
        let numbers = counts.map { "\($0.count) \($0.what)" }.joined(separator: ", ")
        let verdict = conforms ? "conforms" : "does not conform: \(failed.joined(separator: ", "))"
        lines.append("\(numbers): the \(subject) \(verdict)")
        return lines.joined(separator: "\n")
    }

    private static func details(_ rule: Rule) -> [String] {
        var lines = rule.findings.map { finding in
            (finding.severity == .hint ? "hint: " : "") + (finding.message.map { "\($0): " } ?? "") + finding.detail
        }
        let more = rule.failures + rule.hints - rule.findings.count
        if more > 0 { lines.append("… and \(more) more") }
        return lines + (rule.reason.map { [$0] } ?? [])
    }

    private static func word(_ verdict: Verdict) -> String {
        switch verdict {
        case .passed: "ok  "
        case .hints: "hint"
        case .failed: "FAIL"
        case .notSeen: "-   "
        }
    }
}
