/// One thing of the broker's topology that is not as required, and what mends it.
public struct TopologyDifference: Error, Hashable, Sendable {
    /// What differs.
    public enum Subject: Hashable, Sendable {
        /// An exchange.
        case exchange(ExchangeName)
        /// A queue.
        case queue(QueueName)
        /// A binding.
        case binding(Topology.Binding)
        /// The broker as a whole: its version, a feature flag.
        case broker(String)
        /// What a user may do.
        case permissions(user: String)
    }

    /// How it differs.
    public enum Kind: String, Hashable, Sendable {
        /// It does not exist.
        case missing
        /// It exists with another type or other arguments.
        case different
        /// It was declared as required, but a policy gives it another effect.
        case overridden
        /// The broker quietly does less than was asked for.
        case fallsBack = "falls-back"
        /// The user may not look at it or declare it, or the broker refused for another reason.
        case refused
    }

    /// An argument, a type or a flag with both its values.
    public struct Discrepancy: Hashable, Sendable {
        /// What it is called on the wire: `x-delivery-limit`, `type`, `durable`.
        public var field: String
        /// The value that is needed; `none` where there must be none.
        public var required: String
        /// The value that is there; `none` where there is none.
        public var actual: String

        /// Describes a discrepancy.
        public init(field: String, required: String, actual: String) {
            self.field = field
            self.required = required
            self.actual = actual
        }
    }

    /// What differs.
    public var subject: Subject
    /// How it differs.
    public var kind: Kind
    /// The broker's own words, or what was seen.
    public var text: String
    /// What is known about the values on both sides; over AMQP the broker names only the first.
    public var discrepancies: [Discrepancy]
    /// What mends it, in this order.
    public var mend: [MendingStep]

    /// Describes a difference.
    public init(
        subject: Subject,
        kind: Kind,
        text: String,
        discrepancies: [Discrepancy] = [],
        mend: [MendingStep] = []
    ) {
        self.subject = subject
        self.kind = kind
        self.text = text
        self.discrepancies = discrepancies
        self.mend = mend
    }
}

extension TopologyDifference: CustomStringConvertible {
    /// Subject, difference, both values where they are known, and the broker's words.
    public var description: String {
        let verb =
            switch kind {
            case .missing: "is missing"
            case .different: "exists with other arguments"
            case .overridden: "is overridden by a policy"
            case .fallsBack: "does less than was asked for"
            case .refused: "was refused"
            }
        let values = discrepancies.map { "\($0.field) must be \($0.required), is \($0.actual)" }.joined(separator: ", ")
        return "\(subject) \(verb): \(values)\(values.isEmpty || text.isEmpty ? "" : "; ")\(text)"
    }

    /// The difference and, indented below it, the steps that mend it.
    public func instructions(declaringWith command: String) -> String {
        ([description] + mend.map { "    " + $0.text(declaringWith: command) }).joined(separator: "\n")
    }
}

extension TopologyDifference.Subject: CustomStringConvertible {
    /// The kind of thing and its name.
    public var description: String {
        switch self {
        case .exchange(let name): "exchange '\(name)'"
        case .queue(let name): "queue '\(name)'"
        case .binding(let binding): "binding '\(binding.exchange)' → '\(binding.queue)' (\(binding.routingKey))"
        case .broker(let what): "RabbitMQ's \(what)"
        case .permissions(let user): "what user '\(user)' may do"
        }
    }
}
