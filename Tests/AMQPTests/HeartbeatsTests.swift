import AMQP
import Testing

@Suite struct HeartbeatsTests {
    private let start = ContinuousClock.now

    @Test func `half of the interval without a byte calls for a heartbeat`() {
        var heartbeats = Heartbeats(interval: .seconds(10), now: start)
        #expect(!heartbeats.isDue(now: start + .milliseconds(4_999)))
        #expect(heartbeats.isDue(now: start + .seconds(5)))
        heartbeats.sent(now: start + .seconds(5))
        #expect(!heartbeats.isDue(now: start + .seconds(9)))
        #expect(heartbeats.isDue(now: start + .seconds(10)))
    }

    @Test func `a peer that is silent for two intervals is dead, whatever we send`() {
        var heartbeats = Heartbeats(interval: .seconds(10), now: start)
        heartbeats.sent(now: start + .seconds(19))
        #expect(!heartbeats.isPeerSilent(now: start + .milliseconds(19_999)))
        #expect(heartbeats.isPeerSilent(now: start + .seconds(20)))
        heartbeats.received(now: start + .seconds(20))
        #expect(!heartbeats.isPeerSilent(now: start + .seconds(39)))
        #expect(heartbeats.isPeerSilent(now: start + .seconds(40)))
    }

    @Test func `the next deadline is whichever comes first`() {
        var heartbeats = Heartbeats(interval: .seconds(10), now: start)
        #expect(heartbeats.nextDeadline(whileBytesWait: false) == start + .seconds(5))
        heartbeats.sent(now: start + .seconds(18))
        #expect(heartbeats.nextDeadline(whileBytesWait: false) == start + .seconds(20))
    }

    @Test func `while bytes wait for the socket, only the peer's silence is a deadline`() {
        var heartbeats = Heartbeats(interval: .seconds(10), now: start)
        #expect(heartbeats.nextDeadline(whileBytesWait: true) == start + .seconds(20))
        heartbeats.received(now: start + .seconds(3))
        #expect(heartbeats.isDue(now: start + .seconds(6)))
        #expect(heartbeats.nextDeadline(whileBytesWait: true) == start + .seconds(23))
    }

    @Test func `an interval of zero asks for nothing and suspects nobody`() {
        let heartbeats = Heartbeats(interval: .zero, now: start)
        #expect(!heartbeats.isDue(now: start + .seconds(3_600)))
        #expect(!heartbeats.isPeerSilent(now: start + .seconds(3_600)))
        #expect(heartbeats.nextDeadline(whileBytesWait: false) == nil)
        #expect(heartbeats.nextDeadline(whileBytesWait: true) == nil)
    }
}
