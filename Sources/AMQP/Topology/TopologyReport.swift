/// What comparing a broker with a required topology has brought out.
public struct TopologyReport: Hashable, Sendable {
    /// What must be mended before the program can rely on the broker.
    public var differences: [TopologyDifference]
    /// What does not keep the program from running.
    public var warnings: [TopologyWarning]
    /// Who answered.
    public var product: BrokerProduct?

    /// A report; without differences unless said.
    public init(
        differences: [TopologyDifference] = [],
        warnings: [TopologyWarning] = [],
        product: BrokerProduct? = nil
    ) {
        self.differences = differences
        self.warnings = warnings
        self.product = product
    }

    /// Whether the program can rely on the broker.
    public var isAsRequired: Bool { differences.isEmpty }

    /// This report together with one that looked deeper: what the other says about a subject replaces what this one says,
    /// and what this one could not compare is left to the other.
    public func completed(by deeper: TopologyReport) -> TopologyReport {
        let known = Set(deeper.differences.map(\.subject))
        return TopologyReport(
            differences: differences.filter { !known.contains($0.subject) } + deeper.differences,
            warnings: warnings.filter { $0.kind != .notCompared } + deeper.warnings,
            product: product ?? deeper.product
        )
    }
}

/// Something about the broker that a person should know, and that does not keep the program from running.
public struct TopologyWarning: Hashable, Sendable, CustomStringConvertible {
    /// What kind of thing it is.
    public enum Kind: String, Hashable, Sendable {
        /// AMQP has no question for it, or the user may not ask; the management API may tell.
        case notCompared = "not-compared"
        /// Nobody tells.
        case unknown
        /// There is more than is required.
        case unwanted
        /// The broker's own state, or a setting that puts messages or the program at risk.
        case condition
    }

    /// What kind of thing it is.
    public var kind: Kind
    /// What it is, and what to do about it.
    public var text: String

    /// Describes a warning.
    public init(_ kind: Kind, _ text: String) {
        self.kind = kind
        self.text = text
    }

    /// The text.
    public var description: String { text }
}

/// What a broker says it is.
public struct BrokerProduct: Hashable, Sendable, CustomStringConvertible {
    /// `RabbitMQ`, or what claims to be like it.
    public var name: String
    /// As the broker writes it: `3.10.8`.
    public var version: String

    /// Names a product.
    public init(name: String, version: String) {
        self.name = name
        self.version = version
    }

    /// Whether it is RabbitMQ of that version or a later one; `nil` when that can't be told.
    public func isRabbitMQ(atLeast major: Int, _ minor: Int) -> Bool? {
        let numbers = version.split(separator: ".").prefix(2).map { Int($0) }
        guard name == "RabbitMQ", numbers.count == 2, let first = numbers[0], let second = numbers[1] else {
            return nil
        }
        return (first, second) >= (major, minor)
    }

    /// Name and version.
    public var description: String { "\(name) \(version)" }
}
