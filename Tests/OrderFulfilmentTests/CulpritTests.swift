import AMQP
import Foundation
import OrderMessages
import SubscriptionLifecycle
import Synchronization
import TestKit
import Testing

@testable import OrderFulfilment

/// Messages that may have killed a worker.
@Suite struct CulpritTests {
    /// A line after an unclean exit: a worker that has died held these creations.
    static func afterCrash(_ ids: [String], isClean: Bool = false) async throws -> LineSetup {
        let broker = InMemoryBroker()
        var setup = LineSetup(broker: broker)
        setup.ledger = TroubledLedger(predecessorWait: 600, followsCrash: !isClean)
        let topology = OrderTopology()
        try broker.declare(topology.topology)
        let shop = broker.publisher()
        for id in ids {
            let event = Commands.event(id, .createSubscription, of: "SUB-\(id)", Commands.creation)
            let properties = Properties(contentType: "application/cloudevents+json", messageID: id)
            let key = RoutingKey("create-subscription")
            try await shop.publish(
                Publishing(
                    exchange: topology.commands,
                    routingKey: key,
                    properties: properties,
                    body: event.compactBytes
                )
            )
        }
        // The worker that has died.
        let dead = broker.consumer([.init(queue: topology.queue(.createSubscription), prefetch: Prefetch(200))])
        await dead.close()
        return setup
    }

    @Test func `After an unclean exit redelivered messages run alone until they are decided, new ones beside`()
        async throws
    {
        let setup = try await Self.afterCrash(["a", "b", "c"])
        try await withLine(setup) { line in
            try await line.idle()
            #expect(line.ledger.struck.count == 3)
            #expect(["a", "b", "c"].allSatisfy { line.outcomes(of: $0).first?.outcome == "succeeded" })
            for number in 1...5 { try await line.create("SUB-\(number)") }
            #expect(line.ledger.struck.count == 3, "what is new is no suspect")
            for digest in Set(line.ledger.struck) {
                #expect(try await line.ledger.strike(digest, at: line.setup.time.now) == 0, "each was cleared")
            }
        }
    }

    @Test func `After a clean exit nobody is a suspect, nor after a crash what a cut connection brings again`()
        async throws
    {
        for isClean in [true, false] {
            try await withLine(try await Self.afterCrash(["a", "b"], isClean: isClean)) { line in
                try await line.idle()
                let struck = line.ledger.struck.count
                #expect(struck == (isClean ? 0 : 2))
                let gate = Gate()
                await line.gateway.beforeApply { _ in await gate.pass() }
                try await line.send("late", .createSubscription, Commands.creation)
                try await eventually("it applies") { gate.waiting == 1 }
                let deliveries = line.counts.deliveries
                line.broker.cutConnections()
                try await eventually("it comes again") { line.counts.deliveries == deliveries + 1 }
                gate.open()
                try await line.outcome(of: "late")
                #expect(line.ledger.struck.count == struck)
            }
        }
    }

    @Test
    func
        `Invariant 7: a convicted message is acknowledged before the next suspect may begin, which could kill the process`()
        async throws
    {
        let scene = try await Conviction()
        let aloneAtSettlement = Mutex<[Bool]>([])
        await scene.handle { settlement in
            aloneAtSettlement.withLock {
                $0.append(settlement == .acknowledge && scene.line.solitude.current != nil)
            }
        }
        #expect(aloneAtSettlement.withLock { $0 } == [true])
        #expect(scene.line.solitude.current == nil)
        #expect(try await scene.strikes == 0, "they were cleared")
    }

    @Test(.timeLimit(.minutes(1)))
    func `Invariant 7: a convicted message whose letter nobody takes lets others begin, and stays convicted`()
        async throws
    {
        let gate = Gate()
        let scene = try await Conviction(StillPublisher(gate: gate, refused: "create-subscription"))
        let settlements = Mutex<[Settlement]>([])
        async let handled: Void = scene.handle { settlement in settlements.withLock { $0.append(settlement) } }
        try await eventually("its letter is on its way") { gate.waiting == 1 }
        async let other: Void = scene.line.solitude.enter()
        #expect(scene.line.solitude.current != nil)
        gate.open()
        // Before it goes back, which takes five times as long.
        await other
        #expect(settlements.withLock { $0 } == [])
        await handled
        #expect(settlements.withLock { $0 } == [.requeue])
        #expect(try await scene.strikes > AloneRun.limit, "it is as convicted as before")
    }

    /// A message that has killed more workers than it may: nothing of it is read, so it gets no claim.
    private struct Conviction: Sendable {
        let ledger = InMemoryLedger(predecessorWait: 30)
        let line: Line
        let message = Message(
            exchange: "orders.commands",
            routingKey: "create-subscription",
            properties: Properties(contentType: "application/cloudevents+json", messageID: "killer"),
            body: Commands.event("killer", .createSubscription, of: "SUB-K", Commands.creation).compactBytes
        )

        init(_ publisher: StillPublisher = StillPublisher()) async throws {
            line = OrderConsumer.still(StillSource(), publisher, ledger, consumerTimeout: 240).line
            for _ in 0...AloneRun.limit { _ = try await ledger.strike(message.strikeDigest, at: LedgerScene.time(0)) }
        }

        /// Those it has; one more is left by asking.
        var strikes: Int { get async throws { try await ledger.strike(message.strikeDigest, at: LedgerScene.time(1)) } }

        func handle(_ settle: @escaping @Sendable (Settlement) -> Void) async {
            let runner = LineRunner(line: line, currentEpoch: { 1 }, settle: { _, settlement in settle(settlement) })
            let queue = line.topology.queue(.createSubscription)
            let delivery = Delivery(
                id: DeliveryID(epoch: 1, tag: 1),
                queue: queue,
                isRedelivered: true,
                message: message
            )
            line.custody.take(delivery.id, now: line.timekeeper.uptime())
            await line.solitude.enterAlone()
            await runner.handle(delivery, ClaimOrder().place(in: queue), isSuspect: true)
            line.solitude.leave()
        }
    }

    @Test func `What another worker had in hand when it died runs alone in one that runs already`() async throws {
        var setup = LineSetup(broker: InMemoryBroker())
        let ledger = TroubledLedger(predecessorWait: 600, isShared: true)
        setup.ledger = ledger
        try await withLine(setup) { line in
            try await line.create("SUB-1")
            #expect(ledger.struck.isEmpty)
            try await line.dieElsewhere(with: "x", of: "SUB-X")
            try await line.outcome(of: "x")
            #expect(ledger.struck.count == 1)
        }
    }

    @Test(arguments: [(true, 1), (false, 0)])
    func `What has come back three times runs alone where workers share a ledger`(isShared: Bool, strikes: Int)
        async throws
    {
        var setup = try await Self.afterCrash(["a"], isClean: true)
        let ledger = TroubledLedger(predecessorWait: 600, isShared: isShared)
        setup.ledger = ledger
        let queue = OrderTopology().queue(.createSubscription)
        let broker = try #require(setup.broker)
        for _ in 1...2 {
            let dead = broker.consumer([.init(queue: queue, prefetch: Prefetch(200))])
            await dead.close()
        }
        try await withLine(setup) { line in
            try await line.idle()
            #expect(line.outcomes(of: "a").first?.outcome == "succeeded")
            #expect(ledger.struck.count == strikes)
        }
    }

    @Test func `Three strikes in a row convict, with an outcome, and not the neighbours`() async throws {
        let setup = try await Self.afterCrash(["a", "killer", "c"])
        let ledger = try #require(setup.ledger)
        let first = try await Self.digests(setup)
        for _ in 1...3 { _ = try await ledger.strike(first[1], at: setup.time.now) }
        for _ in 1...2 { _ = try await ledger.strike(first[2], at: setup.time.now) }
        try await withLine(setup) { line in
            let outcome = try await line.outcome(of: "killer")
            #expect(outcome.reason == "worker-crashed")
            #expect(outcome.id == EventID.outcome("dead-lettered", of: CommandIdentity(source: "/shop", id: "killer")))
            try await line.idle()
            #expect(line.outcomes(of: "a").first?.outcome == "succeeded")
            #expect(line.outcomes(of: "c").first?.outcome == "succeeded", "two strikes are not three")
            let letter = try await line.deadLetter()
            #expect(letter.properties.headers.text("dead-letter-reason") == "worker-crashed")
            #expect(await line.gateway.held(GatewaySamples.id("SUB-killer")) == nil)
            #expect(try await line.state(of: "killer") == .ended)
        }
    }

    @Test func `What kills whoever reads it is a dead letter unread`() async throws {
        let setup = try await Self.afterCrash(["killer"])
        let ledger = try #require(setup.ledger)
        let digest = try await Self.digests(setup)[0]
        for _ in 1...4 { _ = try await ledger.strike(digest, at: setup.time.now) }
        try await withLine(setup) { line in
            let letter = try await line.deadLetter()
            #expect(letter.properties.headers.text("dead-letter-reason") == "worker-crashed")
            try await line.idle()
            #expect(line.outcomes.isEmpty)
            #expect(line.ledger.claims.isEmpty)
        }
    }

    @Test func `A cut connection is no strike`() async throws {
        try await withLine { line in
            let gate = Gate()
            await line.gateway.beforeApply { _ in await gate.pass() }
            try await line.send("create", .createSubscription, Commands.creation)
            try await eventually("it applies") { gate.waiting == 1 }
            for round in 2...5 {
                line.broker.cutConnections()
                try await eventually("it comes again") { line.counts.deliveries == round }
            }
            gate.open()
            try await line.idle()
            #expect(line.ledger.struck.isEmpty)
            #expect(line.outcomes(of: "create").first?.outcome == "succeeded")
        }
    }

    @Test func `Who wants to be alone waits for those in hand, and keeps out those who come later`() async throws {
        let solitude = Solitude()
        let log = Notes()
        await solitude.enter()
        async let alone: Void = {
            await solitude.enterAlone()
            log.add("alone")
            solitude.leave()
        }()
        try await eventually("it waits") { solitude.waitingCount == 1 }
        async let late: Void = {
            await solitude.enter()
            log.add("late")
            solitude.leave()
        }()
        try await eventually("both wait") { solitude.waitingCount == 2 }
        #expect(log.all.isEmpty)
        solitude.leave()
        _ = await (alone, late)
        #expect(log.all == ["alone", "late"])
    }

    /// What happened, in order.
    private final class Notes: Sendable {
        private let state = Mutex<[String]>([])

        var all: [String] { state.withLock { $0 } }

        func add(_ text: String) { state.withLock { $0.append(text) } }
    }

    /// The digests of the messages that wait, in their order: found out by letting a line strike them.
    private static func digests(_ setup: LineSetup) async throws -> [String] {
        let messages = try #require(setup.broker).messages(in: OrderTopology().queue(.createSubscription))
        return messages.map(\.strikeDigest)
    }
}
