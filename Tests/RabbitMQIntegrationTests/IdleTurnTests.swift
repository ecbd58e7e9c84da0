import AMQP
import Logging
import TestKit
import Testing

@testable import RabbitMQ

/// How often the owner's loop goes round while there is nothing to do.
@Suite(.timeLimit(.minutes(1))) struct IdleTurnTests {
    @Test func `while the socket takes nothing the loop sleeps, until the peer's silence ends the connection`()
        async throws
    {
        let peer = try FakePeer(heartbeat: 1) { session in
            try session.serve(until: .publish)
            session.standStill()
        }
        let (turns, loss) = (Shared(0), Shared<BrokerFailure?>(nil))
        let mailbox = Mailbox<StuffingRole.Command>()
        let configuration = peer.configuration { $0.heartbeat = .seconds(1) }
        OwnerThread.start(name: "stuffing") {
            let role = StuffingRole(turns: turns, loss: loss)
            var owner = ConnectionOwner(configuration: configuration, mailbox: mailbox, logger: .quiet, role: role)
            owner.run()
        }
        try await eventually("the peer's silence ends the connection") { loss.value != nil }
        #expect(loss.value == .timedOut("no heartbeat within \(Duration.seconds(2))"))
        // A few for each time that the loop looks after itself; one that spins makes as many in a few milliseconds.
        #expect(turns.value < 500)
    }
}

/// Writes more than the socket takes and counts the turns of one connection, as during an alarm of the broker.
private struct StuffingRole: IdleRole {
    let turns: Shared<Int>
    let loss: Shared<BrokerFailure?>
    var endRequested: Bool { loss.value != nil }
    let isBlocked = true

    mutating func establish(on connection: borrowing BrokerConnection, epoch: UInt64) throws(BrokerFailure) {
        connection.expectProgress(false)
        let large = publishing("large", byteCount: 16_000_000)
        guard
            let encoded = try? EncodedPublishing(large, frameMaximum: connection.frameMaximum, maximumHeaderBytes: 999)
        else { throw .invalid("the publishing can't be encoded") }
        connection.publish(encoded)
        turns.value = 0
    }

    mutating func turned(now: ContinuousClock.Instant) { turns.change { $0 += 1 } }
    mutating func lost(_ reason: BrokerFailure) { if loss.value == nil { loss.value = reason } }
}
