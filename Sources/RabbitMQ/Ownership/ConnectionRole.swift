import AMQP

/// What a connection is for: consuming or publishing.
///
/// Lives on the owner's thread and is called by nobody else.
protocol ConnectionRole {
    /// What others post.
    associatedtype Command: Sendable

    /// Whether somebody has asked for the end.
    var endRequested: Bool { get }
    /// Whether the broker has said that it takes nothing for now.
    var isBlocked: Bool { get }
    /// Whether nothing is in flight any more.
    var isDrained: Bool { get }
    /// When `checkDeadlines` has to be called next.
    var nextDeadline: ContinuousClock.Instant? { get }

    /// Declares and negotiates on a fresh connection: calls that wait for the broker, on the thread that connects.
    var preparation: ConnectionAttempt.Prepare { get }

    /// Takes what was posted; writes nothing yet.
    mutating func take(_ command: Command)
    /// Begins to use a prepared connection; waits for nothing.
    mutating func establish(on connection: borrowing BrokerConnection, epoch: UInt64) throws(BrokerFailure)
    /// Begins the orderly end.
    mutating func drain(on connection: borrowing BrokerConnection) throws(BrokerFailure)
    /// Writes what waits, a bounded portion; `true` when more waits that could be written.
    mutating func write(to connection: borrowing BrokerConnection) throws(BrokerFailure) -> Bool
    /// Takes a frame that is not about the connection or channel as a whole.
    mutating func receive(_ frame: InboundFrame, on connection: borrowing BrokerConnection) throws(BrokerFailure)
    /// Ends what has waited too long; throws when the connection can't be trusted any more.
    mutating func checkDeadlines(now: ContinuousClock.Instant) throws(BrokerFailure)
    /// The loop went round.
    mutating func turned(now: ContinuousClock.Instant)
    /// The connection, or the attempt at one, is over.
    mutating func lost(_ reason: BrokerFailure)
    /// The thread ends: whoever still waits must be answered.
    mutating func finish()
}
