import AMQP
import Foundation
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import OrderFulfilment

/// The pure parts, case by case.
@Suite struct PolicyTests {
    static let now = Date(timeIntervalSince1970: 1_000_000)
    static let identity = CommandIdentity(source: "/shop", id: "1")
    static let policy = DispositionPolicy(schedule: RetrySchedule(parked: [1, 5]), predecessorWait: 30)

    static func turn(attempts: Int = 0, expecting version: Int? = nil) -> Turn {
        let name = GatewaySamples.id("SUB-1")
        let command = ChangeCommand(subscriptionID: name, expectedVersion: version, action: .cancel(.immediately))
        let order = Order(
            envelope: Envelope(identity: identity, type: "orders.cancel-subscription.v1"),
            operation: .cancelSubscription,
            command: .change(command),
            fingerprint: ""
        )
        let grant = Grant(
            claim: Claim(identity: identity, subscriptionID: name, round: 1, fence: 1),
            known: nil,
            attempts: attempts,
            receivedAt: now
        )
        return Turn(order: order, command: command, grant: grant)
    }

    static func disposition(_ failure: Failure) -> Disposition {
        policy.disposition(for: failure, now: now, jitter: 0)
    }

    @Test func `Each failure has its disposition`() {
        let turn = Self.turn(expecting: 4)
        let poison = Poison(.unknownType, "what?")
        let stored = StoredOutcome(
            identity: Self.identity,
            round: 1,
            outcome: .succeeded,
            isAnnounced: true,
            publishings: []
        )
        let refused = Refused(order: turn.order, rejection: Rejection(.notATrial, "no"))
        #expect(
            Self.disposition(.poison(poison))
                == .deadLetter(
                    DeadLetterVerdict(reason: .unknownType, detail: "what?", stage: .translate, poison: poison)
                )
        )
        #expect(Self.disposition(.alreadyEnded(stored)) == .repeatOutcome(stored))
        #expect(Self.disposition(.inHand(Self.identity)) == .join(Self.identity))
        #expect(Self.disposition(.superseded(Self.identity)) == .join(Self.identity))
        #expect(Self.disposition(.waiting) == .leaveParked)
        #expect(Self.disposition(.rejected(refused)) == .reject(refused))
        #expect(Self.disposition(.unavailable("gone")) == .hold("gone", seconds: 0.5))
        #expect(Self.disposition(.shutdown(turn)) == .giveBack(turn))
        let until = Self.now.addingTimeInterval(9)
        #expect(
            Self.disposition(.unsettled("hm", until: until, turn))
                == .park(Parking(wait: .settling, due: until, detail: "hm"), turn)
        )
    }

    @Test func `A premature command waits until its patience ends, which the ledger may have moved`() {
        let turn = Self.turn(expecting: 4)
        guard case .park(let parking, _) = Self.disposition(.premature(.behind(expected: 4, current: 1), turn, nil))
        else {
            Issue.record("not parked")
            return
        }
        #expect(parking.wait == .predecessor(expectedVersion: 4))
        #expect(parking.due == Self.now.addingTimeInterval(30))
        // Time in which the worker could not have let it go on doesn't count.
        let since = Self.now.addingTimeInterval(69)
        let waiting = Failure.premature(.absent, Self.turn(), nil)
        guard
            case .park(let later, _) = Self.policy.disposition(
                for: waiting,
                now: since,
                jitter: 0,
                readySince: since
            )
        else {
            Issue.record("not parked")
            return
        }
        #expect(later.due == Self.now.addingTimeInterval(99))
    }

    @Test func `A write that is never answered is waited for, and in the end a dead letter`() {
        func disposition(lost: Int) -> Disposition {
            var turn = Self.turn()
            turn.grant.intents = (0..<lost).map {
                Intent(id: "patch#\($0)", call: "PATCH", effects: [], deadline: Self.now, fate: .notApplied)
            }
            return Self.disposition(.unsettled("no answer", until: Self.now, turn))
        }
        let steps = Self.policy.schedule.parked.count
        guard case .park(let parking, _) = disposition(lost: steps) else {
            Issue.record("not parked")
            return
        }
        #expect(parking.wait == .settling)
        guard case .deadLetter(let verdict) = disposition(lost: steps + 1) else {
            Issue.record("waits for ever")
            return
        }
        #expect(verdict.reason == .attemptsExhausted)
    }

    @Test func `A transient failure is parked with growing delays, then a dead letter`() {
        let delays = [0, 1].map { attempts -> Double? in
            guard
                case .park(let parking, _) = Self.disposition(
                    .transient("x", retryAfter: nil, Self.turn(attempts: attempts), .lookUp)
                )
            else { return nil }
            #expect(parking.wait == .retry(attempts: attempts + 1))
            return parking.due.timeIntervalSince(Self.now)
        }
        #expect(delays == [1, 5])
        let exhausted = Disposition.deadLetter(
            DeadLetterVerdict(reason: .attemptsExhausted, detail: "x", stage: .lookUp)
        )
        #expect(Self.disposition(.transient("x", retryAfter: nil, Self.turn(attempts: 2), .lookUp)) == exhausted)
        #expect(
            Self.disposition(.transient("x", retryAfter: nil, nil, .lookUp)) == exhausted,
            "a read has no place to wait in"
        )
    }

    @Test func `The breaker trips at five different orders, probes with one, and doubles its pause`() {
        var breaker = Breaker()
        for _ in 1...20 { breaker.failed("the same", now: 0) }
        #expect(breaker.admit(now: 0) == .pass, "one order that always fails stops nobody")
        for name in ["a", "b", "c", "d"] { breaker.failed(name, now: 0) }
        #expect(breaker.admit(now: 0) == .wait(seconds: 1))
        #expect(breaker.admit(now: 1) == .probe)
        #expect(breaker.admit(now: 1) == .wait(seconds: 1), "only one probes")
        breaker.failed("a", now: 1)
        #expect(breaker.admit(now: 2) == .wait(seconds: 1))
        #expect(breaker.admit(now: 3) == .probe)
        breaker.succeeded()
        #expect(breaker.admit(now: 3) == .pass)
        #expect(breaker.isClosed)
    }

    @Test func `Who joins a running command learns whether it was safe`() async {
        let inHand = InHand()
        #expect(await inHand.join(Self.identity) == nil)
        for isSafe in [true, false] {
            inHand.begin(Self.identity)
            async let answer = inHand.join(Self.identity)
            let other = Task { await inHand.join(Self.identity) }
            await Task.yield()
            inHand.end(Self.identity, isSafe: isSafe)
            // Whoever came after the end is told so.
            let answers = [await answer, await other.value]
            #expect(answers.allSatisfy { $0 == nil || $0 == isSafe || $0 == false })
        }
    }

    @Test func `A signal before the wait is not lost, and a wait ends by itself`() async {
        let time = FastTime().timekeeper
        let signal = WakeSignal()
        signal.signal()
        signal.signal()
        let start = time.uptime()
        await signal.wait(seconds: 1000, timekeeper: time)
        #expect(time.uptime() - start < 500)
        await signal.wait(seconds: 2, timekeeper: time)
        #expect(time.uptime() - start >= 2)
    }

    @Test func `The topology tells queues from operations, under any prefix`() {
        for prefix in ["orders", "a.b"] {
            let topology = OrderTopology(prefix: prefix)
            for operation in OrderOperation.allCases {
                #expect(topology.operation(of: topology.queue(operation)) == operation)
            }
            for queue in [topology.undelivered, topology.deadLetter, topology.unroutedEvents, "elsewhere"] {
                #expect(topology.operation(of: queue) == nil)
            }
            #expect(topology.consumedQueues.count == 10)
            #expect(topology.topology.queues.allSatisfy { $0.arguments.text("x-queue-type") == "quorum" })
        }
    }
}
