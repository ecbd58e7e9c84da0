import AMQP
import Foundation
import OrderMessages
import SubscriptionLifecycle
import Synchronization
import TestKit
import Testing

@testable import OrderFulfilment

/// What only waits, or takes long, and what must be alone, don't keep each other from the work.
@Suite struct AsideTests {
    /// A line that shares its ledger with another worker.
    private static var shared: LineSetup {
        LineSetup(ledger: TroubledLedger(predecessorWait: 600, isShared: true))
    }

    @Test(.timeLimit(.minutes(2)))
    func `While a letter waits for the broker a suspect runs, and so does everybody else`() async throws {
        try await withLine(Self.shared) { line in
            line.publisher.refuse(line.topology.deadLetters, with: .refused)
            try await line.send(Array("poison".utf8), to: "create-subscription")
            try await eventually("it is in hand") { line.counts.inFlight == 1 }
            try await line.dieElsewhere(with: "x", of: "SUB-X")
            try await line.outcome(of: "x")
            try await line.create("SUB-2")
            #expect(line.ledger.struck.count == 1, "it ran alone")
            #expect(line.counts.inFlight == 1 && line.count(.givenBack) == 0, "the letter waits still")
            line.publisher.refuse(line.topology.deadLetters, with: nil)
            _ = try await line.deadLetter()
            try await line.idle()
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `Whoever has joined one that waits aside doesn't keep it from coming back`() async throws {
        try await withLine(Self.shared) { line in
            let gate = Gate()
            await line.gateway.beforeApply { decision in
                if decision.subscriptionID.description == "SUB-1" { await gate.pass() }
            }
            for _ in 1...2 { try await line.send("a", .createSubscription, Commands.creation) }
            try await eventually("one applies, the other has asked") {
                gate.waiting == 1 && line.ledger.claims.count == 2
            }
            line.publisher.refuse(line.topology.events, with: .refused)
            gate.open()
            try await eventually("its end is stored") {
                try await line.ledger.statistics().unannounced == 1
            }
            try await line.dieElsewhere(with: "x", of: "SUB-X")
            try await eventually("the suspect runs") { line.ledger.struck.count == 1 }
            line.publisher.refuse(line.topology.events, with: nil)
            try await line.outcome(of: "a")
            try await line.outcome(of: "x")
            try await line.idle()
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `A long sync lets a suspect go first, and goes on`() async throws {
        try await withLine(Self.shared) { line in
            for number in 1...3 { try await line.create("SUB-\(number)") }
            let (first, others, pages) = (Gate(), Gate(), Pages())
            await line.gateway.beforePage { await (pages.next() == 1 ? first : others).pass() }
            try await line.send("sync", .syncEntitlements)
            try await eventually("it is on its way") { first.waiting == 1 }
            try await line.dieElsewhere(with: "x", of: "SUB-X")
            try await eventually("the suspect waits") { line.consumer.line.solitude.waitingAloneCount == 1 }
            first.open()
            try await line.outcome(of: "x")
            // It is at its second page at most.
            #expect(line.outcomes(of: "sync").count <= 1)
            others.open()
            try await eventually("it is through") { line.outcomes(of: "sync").last?.outcome == "succeeded" }
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `A sync that was in hand in a crash keeps nobody out once EMS answers`() async throws {
        let broker = InMemoryBroker()
        let topology = OrderTopology()
        try broker.declare(topology.topology)
        let gateway = FakeEntitlementGateway()
        var before = LineSetup(gateway: gateway)
        before.ledger = TroubledLedger(predecessorWait: 600)
        try await withLine(before) { line in for number in 1...2 { try await line.create("SUB-\(number)") } }
        let sync = Commands.event("sync", .syncEntitlements, of: "SUB-1", [:])
        try await broker.publisher().publish(
            Publishing(
                exchange: topology.commands,
                routingKey: "sync-entitlements",
                properties: Properties(contentType: "application/cloudevents+json"),
                body: sync.compactBytes
            )
        )
        // The worker that has died.
        await broker.consumer([.init(queue: topology.queue(.syncEntitlements), prefetch: Prefetch(1))]).close()
        let gate = Gate()
        let pages = Pages()
        await gateway.beforePage {
            if pages.next() > 1 { await gate.pass() }
        }
        var setup = LineSetup(gateway: gateway, broker: broker)
        setup.ledger = TroubledLedger(predecessorWait: 600, followsCrash: true)
        try await withLine(setup) { line in
            try await eventually("its first page has come") { gate.waiting == 1 }
            #expect(line.ledger.struck.count == 1)
            try await line.create("SUB-3")
            gate.open()
            try await eventually("it is through") { line.outcomes(of: "sync").last?.outcome == "succeeded" }
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `A sync that would be given back before it is through is a dead letter that says what to do`() async throws {
        let time = FastTime(speed: 20)
        try await withLine(LineSetup(time: time, consumerTimeout: 60)) { line in
            for number in 1...3 { try await line.create("SUB-\(number)") }
            await line.gateway.beforePage { await time.timekeeper.sleep(25) }
            try await line.send("sync", .syncEntitlements)
            let letter = try await line.deadLetter()
            #expect(letter.properties.headers.text("dead-letter-reason") == "attempts-exhausted")
            #expect(letter.properties.headers.text("dead-letter-detail")?.contains("filter.customer") == true)
            try await line.idle()
            #expect(line.source.status.epoch == 1, "nobody was given back")
        }
    }

    /// Counts what was asked for.
    private final class Pages: Sendable {
        private let count = Mutex(0)

        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }
}
