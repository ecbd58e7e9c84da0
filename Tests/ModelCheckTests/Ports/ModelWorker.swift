import AMQP
import Foundation
import Logging
import OrderMessages
import SubscriptionLifecycle
import Synchronization

@testable import OrderFulfilment
@testable import SentinelEMS
@testable import TestKit

/// One worker process: the real line and the real gateway over the ports of the model.
///
/// Confined to the explorer's thread.
final class ModelWorker: @unchecked Sendable {
    let number: Int
    let line: Line
    let order = ClaimOrder()
    /// Whether the one before it died with the ledger in hand.
    let followsCrash: Bool
    /// Counts its connections to the broker.
    var epoch: UInt64 = 1
    /// Acknowledgements that are on their way.
    var acks: [AbstractBroker.Receipt] = []
    var lastTag: UInt64 = 0
    private unowned let world: World

    var name: String { "w\(number)" }

    init(_ world: World, number: Int, followsCrash: Bool) {
        self.world = world
        self.number = number
        self.followsCrash = followsCrash
        let quiet = Logger(label: "model") { _ in SwiftLogNoOpLogHandler() }
        let timekeeper = Timekeeper(
            now: { [world] in world.date },
            uptime: { [world] in world.now },
            today: { World.today },
            sleep: { [world] seconds in _ = await world.wait(.sleep(until: world.now + seconds)) },
            jitter: { 0.5 }
        )
        let drain = Drain()
        let settings = LineSettings(confirmTimeout: 5, workerName: "worker")
        let capacity = EMSCapacity(maximum: settings.concurrency, uptime: timekeeper.uptime)
        let isImpatient = world.scenario.isImpatientWithEMS
        line = Line(
            topology: world.topology,
            translator: Translator(),
            ledger: ModelLedger(world, worker: number),
            gateway: PlantedGateway(world, Self.gateway(world, quiet)),
            publisher: ModelPublisher(world: world),
            lifecycle: world.plant?.lifecycle ?? Lifecycle(),
            policy: DispositionPolicy(
                schedule: world.plant == .retriedForEver
                    ? RetrySchedule(inProcess: [], parked: Array(repeating: 1, count: 10_000))
                    : RetrySchedule(inProcess: isImpatient ? [] : [0.1], parked: isImpatient ? [] : [1]),
                predecessorWait: World.predecessorWait
            ),
            timekeeper: timekeeper,
            drain: drain,
            capacity: capacity,
            gate: EMSGate(capacity: capacity, timekeeper: timekeeper, drain: drain),
            inHand: InHand(),
            wakeSignal: WakeSignal(),
            readySince: ReadySince(timekeeper.now()),
            waitingRoom: WaitingRoom(longestWait: settings.longestHold),
            counters: LineCounters(),
            settings: settings,
            declareTopology: {},
            logger: quiet
        )
    }

    /// The real gateway, to which the customer is no news: creating one is not what is explored.
    private static func gateway(_ world: World, _ quiet: Logger) -> any EntitlementGateway {
        guard
            var configuration = try? EMSConfiguration(
                baseURL: "http://127.0.0.1:1/ems",
                credentials: .basic(username: "sandbox", password: "sandbox")
            )
        else { fatalError("the model's own configuration is wrong") }
        configuration.timeout = .seconds(30)
        configuration.settle = world.plant == .settleSkipped ? .zero : .seconds(60)
        configuration.cacheLifetime = .seconds(86_400)
        let gateway = SentinelEntitlementGateway(
            configuration: configuration,
            transport: ModelTransport(world: world),
            logger: quiet,
            now: { [world] in world.date }
        )
        gateway.registry.recent.insert(EMSCall.get("customers", .externalID("CUST-1")).path)
        return gateway
    }

    /// Whoever runs alone, runs alone.
    var isBusyAlone: Bool { line.solitude.current != nil }

    /// What its memory holds beyond what its hands were answered.
    func digest(_ hands: [Hand], _ view: LedgerView, _ broker: AbstractBroker, _ owners: [Int64: Int]) -> Int {
        var hasher = Hasher()
        hasher.combine(followsCrash && epoch == 1)
        hasher.combine(isBusyAlone)
        hasher.combine(acks.map(\.subject))
        hasher.combine(hands.filter { $0.worker === self }.map(\.digest).sorted())
        hasher.combine(view.rows.filter { owners[$0.fence] == number && $0.state == .inHand }.map(\.number))
        hasher.combine(view.rows.filter { line.inHand.contains($0.request.identity) }.map(\.number))
        hasher.combine(broker.held(by: number))
        return hasher.finalize()
    }
}
