/// The exchanges, queues and bindings that a program needs, as comparable values.
public struct Topology: Hashable, Sendable {
    /// An exchange, durable.
    public struct Exchange: Hashable, Sendable {
        /// The routing rules AMQP 0-9-1 defines.
        public enum Kind: String, Hashable, Sendable {
            /// The key equals the binding's.
            case direct
            /// The key matches the binding's pattern of words.
            case topic
            /// Every bound queue.
            case fanout
        }

        /// Its name.
        public var name: ExchangeName
        /// How it routes.
        public var kind: Kind
        /// Where messages go that match no binding.
        public var alternate: ExchangeName?

        /// Declares an exchange.
        public init(_ name: ExchangeName, _ kind: Kind, alternate: ExchangeName? = nil) {
            self.name = name
            self.kind = kind
            self.alternate = alternate
        }

        /// The arguments of `exchange.declare`.
        public var arguments: FieldTable {
            alternate.map { ["alternate-exchange": .text($0.rawValue)] } ?? [:]
        }
    }

    /// A durable queue with its `x-` arguments.
    public struct Queue: Hashable, Sendable {
        /// Its name.
        public var name: QueueName
        /// The arguments of `queue.declare`.
        public var arguments: FieldTable

        /// Declares a queue.
        public init(_ name: QueueName, arguments: FieldTable) {
            self.name = name
            self.arguments = arguments
        }
    }

    /// A rule that sends messages of an exchange to a queue.
    public struct Binding: Hashable, Sendable {
        /// Where messages come from.
        public var exchange: ExchangeName
        /// Where they go.
        public var queue: QueueName
        /// What the routing key must match.
        public var routingKey: RoutingKey

        /// Declares a binding.
        public init(_ exchange: ExchangeName, to queue: QueueName, routingKey: RoutingKey) {
            self.exchange = exchange
            self.queue = queue
            self.routingKey = routingKey
        }
    }

    /// In order of declaration: an alternate exchange stands before the exchange that names it.
    public var exchanges: [Exchange]
    /// In order of declaration.
    public var queues: [Queue]
    /// In order of declaration.
    public var bindings: [Binding]

    /// A topology to declare.
    public init(exchanges: [Exchange] = [], queues: [Queue] = [], bindings: [Binding] = []) {
        self.exchanges = exchanges
        self.queues = queues
        self.bindings = bindings
    }
}
