import AMQP

@testable import RabbitMQ

/// A role that nobody commands and that has nothing to do with frames: the owner's loop is all there is to see.
protocol IdleRole: ConnectionRole where Command == Never {}

extension IdleRole {
    var isDrained: Bool { true }
    var nextDeadline: ContinuousClock.Instant? { nil }
    var preparation: ConnectionAttempt.Prepare { { _ throws(BrokerFailure) in } }

    mutating func take(_ command: Never) {}
    mutating func drain(on connection: borrowing BrokerConnection) throws(BrokerFailure) {}
    mutating func write(to connection: borrowing BrokerConnection) throws(BrokerFailure) -> Bool { false }
    mutating func receive(_ frame: InboundFrame, on connection: borrowing BrokerConnection) throws(BrokerFailure) {}
    mutating func checkDeadlines(now: ContinuousClock.Instant) throws(BrokerFailure) {}
    mutating func finish() {}
}
