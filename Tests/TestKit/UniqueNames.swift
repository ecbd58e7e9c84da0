public import AMQP

/// Names that no other test uses, so that tests share one broker and run in parallel.
public struct UniqueNames: Hashable, Sendable {
    /// What every name of the test begins with.
    public let prefix: String

    /// Draws a prefix.
    public init(_ test: String = "test") {
        prefix = "\(test)-\(String(UInt64.random(in: .min ... .max), radix: 36))"
    }

    /// An exchange of this test.
    public func exchange(_ name: String) -> ExchangeName { ExchangeName("\(prefix).\(name)") }

    /// A queue of this test.
    public func queue(_ name: String) -> QueueName { QueueName("\(prefix).\(name)") }

    /// A durable quorum queue of this test.
    public func quorumQueue(_ name: String, _ more: FieldTable = [:]) -> Topology.Queue {
        Topology.Queue(queue(name), arguments: FieldTable([.init("x-queue-type", "quorum")] + more.fields))
    }
}
