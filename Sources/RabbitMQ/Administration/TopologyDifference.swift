public import AMQP

/// One thing of the broker's topology that is not as required.
public struct TopologyDifference: Hashable, Sendable, CustomStringConvertible {
    /// What differs.
    public enum Subject: Hashable, Sendable {
        /// An exchange.
        case exchange(ExchangeName)
        /// A queue.
        case queue(QueueName)
        /// A binding.
        case binding(Topology.Binding)
    }

    /// How it differs.
    public enum Kind: Hashable, Sendable {
        /// It does not exist.
        case missing
        /// It exists with another type or other arguments.
        case different
        /// The user may not look at it or declare it, or the broker refused for another reason.
        case refused
    }

    /// What differs.
    public var subject: Subject
    /// How it differs.
    public var kind: Kind
    /// The broker's own words.
    public var text: String

    /// Describes a difference.
    public init(subject: Subject, kind: Kind, text: String) {
        self.subject = subject
        self.kind = kind
        self.text = text
    }

    init(subject: Subject, code: UInt16, text: String) {
        let kind: Kind =
            switch code {
            case 404: .missing
            case 406: .different
            default: .refused
            }
        self.init(subject: subject, kind: kind, text: "\(code) \(text)")
    }

    /// Subject, difference and the broker's words.
    public var description: String {
        let name =
            switch subject {
            case .exchange(let name): "exchange '\(name)'"
            case .queue(let name): "queue '\(name)'"
            case .binding(let binding): "binding '\(binding.exchange)' → '\(binding.queue)' (\(binding.routingKey))"
            }
        let verb =
            switch kind {
            case .missing: "is missing"
            case .different: "exists with other arguments"
            case .refused: "was refused"
            }
        return "\(name) \(verb): \(text)"
    }
}
