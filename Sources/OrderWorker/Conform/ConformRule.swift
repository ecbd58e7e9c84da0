/// One thing that a conformance run looks at.
protocol ConformRule: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// What conforming means, in a sentence.
    var meaning: String { get }
}

/// How much a finding weighs.
enum Severity: String, Encodable, Sendable {
    /// It breaks the contract.
    case failure
    /// It is allowed, and likely to hurt.
    case hint
}
