import AMQP
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import OrderFulfilment

/// The ack comes last: what must be safe first, and in which order.
@Suite struct AcknowledgementTests {
    /// Longer than the test watches.
    static let patient = LineSetup(confirmTimeout: 6000)

    @Test(arguments: [PublishFailure.refused, .unroutable(code: 312, text: "NO_ROUTE"), .unknown("cut")])
    func `Invariant 1: a command is acknowledged only after the broker has confirmed its outcome`(
        failure: PublishFailure
    ) async throws {
        try await withLine(Self.patient) { line in
            line.publisher.refuse(line.topology.events, with: failure)
            try await line.send("create", .createSubscription, Commands.creation)
            try await line.waits("create", as: .ended)
            let start = line.setup.time.uptime
            try await eventually("it is tried for a while") { line.setup.time.uptime > start + 15 }
            #expect(line.source.status.unsettled == 1 && line.count(.outcome) == 0)
            line.publisher.refuse(line.topology.events, with: nil)
            try await line.outcome(of: "create")
            try await line.idle()
            try await eventually("it is counted") { line.count(.outcome) == 1 }
        }
    }

    @Test func `Invariant 1: nothing is published or acknowledged before the ledger has the ending`() async throws {
        try await withLine { line in
            line.ledger.fail(.complete, with: .unavailable("once"), .unavailable("twice"))
            try await line.send("create", .createSubscription, Commands.creation)
            try await eventually("it is acknowledged") { line.counts.deliveries == 1 && line.counts.inFlight == 0 }
            try await line.waits("create", as: .ended)
            try await line.idle()
            #expect(Set(line.outcomes.map(\.message.body)).count == 1)
        }
    }

    @Test func `Invariant 1: a command that waits is acknowledged only when the ledger has parked it`() async throws {
        try await withLine { line in
            line.ledger.fail(.park, with: .unavailable("once"), .unavailable("twice"))
            try await line.send("renew", .renewSubscription, Commands.renewal)
            try await eventually("it is acknowledged") { line.counts.deliveries == 1 && line.counts.inFlight == 0 }
            try await line.waits("renew", as: .premature)
            try await line.create()
            #expect(try await line.outcome(of: "renew").outcome == "succeeded")
        }
    }

    @Test(arguments: [true, false])
    func `Invariant 7: ledger, dead letter, outcome, ack, in that order`(isClaimed: Bool) async throws {
        var setup = Self.patient
        setup.retry = RetrySchedule(inProcess: [], parked: [])
        try await withLine(setup) { line in
            line.publisher.refuse(line.topology.deadLetters, with: .refused)
            line.publisher.refuse(line.topology.events, with: .refused)
            if isClaimed {
                await line.gateway.trouble(.entitlement, with: .transient("down", retryAfter: nil))
                try await line.send("bad", .createSubscription, Commands.creation)
                try await line.waits("bad", as: .ended)
            } else {
                try await line.send("bad", .createSubscription, ["trem": 1])
                try await eventually("it is in hand") { line.counts.inFlight == 1 }
            }
            let start = line.setup.time.uptime
            line.publisher.refuse(line.topology.events, with: nil)
            try await eventually("the letter is tried for a while") { line.setup.time.uptime > start + 15 }
            #expect(line.outcomes.isEmpty, "the outcome waits for the letter")
            #expect(line.source.status.unsettled == 1)
            line.publisher.refuse(line.topology.events, with: .refused)
            line.publisher.refuse(line.topology.deadLetters, with: nil)
            _ = try await line.deadLetter()
            let middle = line.setup.time.uptime
            try await eventually("the outcome is tried for a while") { line.setup.time.uptime > middle + 15 }
            #expect(line.source.status.unsettled == 1 && line.deadLetters.count == 1)
            line.publisher.refuse(line.topology.events, with: nil)
            #expect(try await line.outcome(of: "bad").outcome == "dead-lettered")
            try await line.idle()
            #expect(line.count(.deadLettered) == 1 && line.deadLetters.count == 1)
        }
    }
}
