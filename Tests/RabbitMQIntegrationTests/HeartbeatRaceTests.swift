import AMQP
import Glibc
import Logging
import TestKit
import Testing

@testable import RabbitMQ

/// Heartbeats that come in the shortest moments.
@Suite(.timeLimit(.minutes(1))) struct HeartbeatRaceTests {
    @Test func `a peer whose heartbeats always come between the loop's sleep and its look is not taken for silent`()
        async throws
    {
        let (wanted, isHeard) = (Shared(0), Shared(false))
        let peer = try FakePeer(heartbeat: 1) { session in
            try session.serve(until: .publish)
            isHeard.value = true
            var sent = 0
            while true {
                if wanted.value > sent {
                    try session.send(bytes: [8, 0, 0, 0, 0, 0, 0, 0xCE])
                    sent += 1
                }
                session.waitAMoment()
            }
        }
        let (end, loss) = (Shared(false), Shared<BrokerFailure?>(nil))
        let mailbox = Mailbox<PunctualRole.Command>()
        let configuration = peer.configuration { $0.heartbeat = .seconds(1) }
        OwnerThread.start(name: "punctual") {
            let role = PunctualRole(wanted: wanted, isHeard: isHeard, end: end, loss: loss)
            var owner = ConnectionOwner(configuration: configuration, mailbox: mailbox, logger: .quiet, role: role)
            owner.run()
        }
        let start = ContinuousClock.now
        try await eventually("five intervals, of which two of silence are a loss") {
            start.duration(to: .now) > .seconds(5) || loss.value != nil
        }
        #expect(loss.value == nil)
        #expect(wanted.value > 5)
        end.value = true
    }
}

/// Has the peer send a heartbeat in each turn, after the sleep and before anything is read.
private struct PunctualRole: IdleRole {
    let wanted: Shared<Int>
    let isHeard: Shared<Bool>
    let end: Shared<Bool>
    let loss: Shared<BrokerFailure?>
    private var descriptor: Int32?
    var endRequested: Bool { end.value || loss.value != nil }
    let isBlocked = false

    init(wanted: Shared<Int>, isHeard: Shared<Bool>, end: Shared<Bool>, loss: Shared<BrokerFailure?>) {
        (self.wanted, self.isHeard, self.end, self.loss) = (wanted, isHeard, end, loss)
    }

    mutating func establish(on connection: borrowing BrokerConnection, epoch: UInt64) throws(BrokerFailure) {
        let greeting = publishing("greeting", byteCount: 1)
        guard
            let encoded = try? EncodedPublishing(
                greeting,
                frameMaximum: connection.frameMaximum,
                maximumHeaderBytes: 999
            )
        else { throw .invalid("the publishing can't be encoded") }
        connection.publish(encoded)
        descriptor = connection.descriptor
    }

    mutating func turned(now: ContinuousClock.Instant) {
        // The peer answers from here on, so that each heartbeat comes in the turn that wants it.
        guard let descriptor, isHeard.value else { return }
        wanted.change { $0 += 1 }
        var socket = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        poll(&socket, 1, 1_000)
    }

    mutating func lost(_ reason: BrokerFailure) {
        descriptor = nil
        if loss.value == nil { loss.value = reason }
    }
}
