import AMQP
import Foundation
import Logging
import OrderMessages
import ServiceLifecycle
import SubscriptionLifecycle
import TestKit
import Testing

@testable import OrderFulfilment

/// How the line of a test is set up.
struct LineSetup: Sendable {
    var retry = RetrySchedule()
    var predecessorWait = 600.0
    var confirmTimeout = 15.0
    var prefetch = 200
    var concurrency = 64
    var time = FastTime()
    var lifecycle = Lifecycle()
    /// Seconds, by the line's clock, after which a broker would close the channel.
    var consumerTimeout = 1800.0
    var parkedBound = ParkedBound()
    /// Set when EMS takes only so many calls at once.
    var crowd: Crowd?
    /// A line that goes on where another one stopped.
    var ledger: TroubledLedger?
    var gateway: FakeEntitlementGateway?
    var broker: InMemoryBroker?
}

/// An EMS that takes only so many calls at once and turns the others away.
struct Crowd: Sendable {
    var room: Int
    var retryAfter: Double?
    /// How long a call takes, by the line's clock.
    var seconds = 0.2
}

/// The whole line over parts in memory, running, with a shop that publishes and a subscriber that listens.
struct LineUnderTest: Sendable {
    let setup: LineSetup
    let topology = OrderTopology()
    let broker: InMemoryBroker
    let source: InMemoryConsumer
    let publisher: InMemoryPublisher
    let shop: InMemoryPublisher
    let ledger: TroubledLedger
    let gateway: FakeEntitlementGateway
    /// What stands before the gateway where EMS is crowded.
    let crowded: CrowdedGateway?
    let consumer: OrderConsumer
    /// The subscriber's queue, bound to every outcome.
    let subscriber: QueueName = "subscriber"

    init(_ setup: LineSetup) throws {
        self.setup = setup
        broker = setup.broker ?? InMemoryBroker()
        try broker.declare(topology.topology)
        let bindings = [Topology.Binding(topology.events, to: subscriber, routingKey: "#")]
        try broker.declare(Topology(queues: [.init(subscriber, arguments: [:])], bindings: bindings))
        source = broker.consumer(topology.consumedQueues.map { .init(queue: $0, prefetch: Prefetch(setup.prefetch)) })
        publisher = broker.publisher()
        shop = broker.publisher()
        ledger = setup.ledger ?? TroubledLedger(predecessorWait: setup.predecessorWait)
        let time = setup.time
        gateway = setup.gateway ?? FakeEntitlementGateway(now: { time.now })
        let timekeeper = time.timekeeper
        let capacity = EMSCapacity(maximum: setup.concurrency, uptime: timekeeper.uptime)
        crowded = setup.crowd.map { [gateway] crowd in
            CrowdedGateway(gateway, room: crowd.room, capacity: capacity, retryAfter: crowd.retryAfter) {
                await timekeeper.sleep(crowd.seconds)
            }
        }
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        consumer = OrderConsumer(
            source: source,
            publisher: publisher,
            ledger: ledger,
            gateway: crowded ?? gateway,
            lifecycle: setup.lifecycle,
            topology: topology,
            translator: Translator(),
            settings: LineSettings(
                confirmTimeout: setup.confirmTimeout,
                workerName: "worker",
                concurrency: setup.concurrency,
                consumerTimeout: setup.consumerTimeout,
                parkedBound: setup.parkedBound
            ),
            retrySchedule: setup.retry,
            predecessorWait: setup.predecessorWait,
            timekeeper: timekeeper,
            capacity: capacity,
            logger: logger
        )
    }

    var counts: LineCounters.Snapshot { consumer.counters.snapshot }

    func count(_ fate: Fate) -> Int { counts.fates[fate] ?? 0 }

    // MARK: What came out

    /// Every outcome so far, in the order of arrival.
    var outcomes: [TestOutcome] { broker.messages(in: subscriber).map(TestOutcome.init) }

    func outcomes(of id: String) -> [TestOutcome] { outcomes.filter { $0.commandID == id } }

    var deadLetters: [Message] { broker.messages(in: topology.deadLetter) }

    /// The first outcome of a command, once it is there.
    @discardableResult
    func outcome(of id: String, within limit: Duration = .seconds(60)) async throws -> TestOutcome {
        try await eventually("an outcome of \(id); there are \(outcomes.map(\.summary))", within: limit) {
            !outcomes(of: id).isEmpty
        }
        return try #require(outcomes(of: id).first)
    }

    /// The dead letter of that number, once it is there.
    func deadLetter(_ index: Int = 0) async throws -> Message {
        try await eventually("dead letter \(index)") { deadLetters.count > index }
        let letter = deadLetters[index]
        // Whatever a test is about: what a letter says of itself is published.
        let explanation = JSON.Object(
            letter.properties.headers.fields.filter { $0.name.hasPrefix("dead-letter-") }.map { field in
                JSON.Object.Member(field.name, letter.properties.headers.text(field.name).map(JSON.string) ?? .null)
            }
        )
        let violation = DeadLetterHeaders.schema(isClosed: true).violation(in: .object(explanation))
        #expect(violation == nil, "\(violation?.path.description ?? "") \(violation?.message ?? "")")
        return letter
    }

    /// Waits until every delivery met its fate and the ledger has nothing open.
    func idle(within limit: Duration = .seconds(60)) async throws {
        try await eventually("the line is idle: \(counts)", within: limit) {
            let statistics = try await ledger.inner.statistics()
            let waiting = topology.consumedQueues.map(broker.depth).reduce(0, +)
            return counts.inFlight == 0 && source.status.unsettled == 0 && waiting == 0
                && statistics.claimed == statistics.ended
                && statistics.unannounced == 0
        }
    }

    /// Where a command stands in the ledger.
    func state(of id: String) async throws -> OrderRecord.State? {
        try await ledger.inner.orders(withID: id).first?.state
    }

    /// Waits until a command stands there.
    func waits(_ id: String, as state: OrderRecord.State) async throws {
        try await eventually("\(id) is \(state.rawValue)") { try await self.state(of: id) == state }
    }

    /// Changes of a subscription that reached the gateway: those that it was asked to apply.
    func effects(on subscription: String) async -> [Decision] {
        await gateway.applied.filter { $0.subscriptionID.description == subscription }
    }
}

/// Runs a line for the time of the body, shuts it down in order, and checks the conservation laws (invariant 8).
func withLine(
    _ setup: LineSetup = LineSetup(),
    _ body: @Sendable (LineUnderTest) async throws -> Void
) async throws {
    let line = try LineUnderTest(setup)
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let group = ServiceGroup(services: [line.consumer], logger: logger)
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        do {
            try await body(line)
        } catch {
            await group.triggerGracefulShutdown()
            tasks.cancelAll()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
    }
    let counts = line.counts
    #expect(counts.inFlight == 0, "invariant 8: deliveries = settled, by fate: \(counts)")
    let statistics = try await line.ledger.inner.statistics()
    let open = statistics.open.values.reduce(0, +)
    #expect(statistics.claimed == statistics.ended + open, "invariant 8: claimed = ended + open: \(statistics)")
    #expect(statistics.open[.inHand] == 0, "nobody holds a claim after the shutdown: \(statistics)")
    // Whatever a test is about: what subscribers hear is what is published.
    for outcome in line.outcomes { #expect(outcome.violation == nil, "\(outcome.summary)") }
}
