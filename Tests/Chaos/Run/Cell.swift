import AMQP
import Foundation
import OrderFulfilment
import RabbitMQ
import SubscriptionLifecycle
import Synchronization

/// What came of a cell.
struct CellReport: Sendable {
    var spec: CellSpec
    var commands = 0
    var deaths = 0
    var buried = 0
    var replayed = 0
    /// How often the fault struck: calls to EMS, connections, restarts, edits, whatever it is; `nil` when it can't be told.
    var strikes: Int?
    var seconds = 0.0
    /// Seconds until the trouble, the work after it and the replays were over.
    var phases: [Double] = []
    var violations: [Violation] = []
    /// What is no violation, and yet worth a look.
    var remarks: [String] = []
    /// The histories of violations, for people.
    var explanations: [String] = []
    var folder: URL

    /// Whether it says nothing of its fault.
    var faultNeverStruck: Bool { spec.fault != .none && strikes == 0 }
    /// Whether it says nothing of its crash point.
    var nobodyDied: Bool { spec.death != .never && deaths == 0 }
}

/// One cell: a plan, workers, trouble, quiet, and the comparison.
final class Cell: Sendable {
    let spec: CellSpec
    let lane: Lane
    let prefix: String
    let log: EventsLog
    let folder: URL
    private let made: Plan
    let fleet: Fleet
    let environment: [String: String]
    /// Whether some commands are meant to run out of patience.
    let isImpatient: Bool
    /// Seconds that a worker stands still: longer than its calls may take, and than its lease.
    let freeze: Double
    let takenEdits = Mutex<[HandEdit]>([])
    /// How often a replaying command died.
    let replayDeaths = Atomic(0)
    /// Commands that went in the stead of dead letters, by the letters' ids.
    let replacements = Mutex<[String: Plan.Command]>([:])
    private let start = ContinuousClock.now

    init(_ spec: CellSpec, in lane: Lane, prefix: String, log: EventsLog, ledgers: Ledgers) throws {
        self.spec = spec
        self.lane = lane
        self.prefix = prefix
        self.log = log
        let name = "r\(String(spec.seed, radix: 36))c\(spec.index)"
        folder = lane.folder.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var random = spec.random(1)
        isImpatient = spec.fault == .none && random.chance(0.5)
        let wish = PlanMaker.Wish(
            commands: spec.commands,
            prefix: name,
            hasEdits: spec.fault == .edits,
            hasHoles: isImpatient,
            hasOrder: spec.workers == 1
        )
        var maker = PlanMaker(wish, today: Self.today, random: spec.random(2))
        let plan = maker.make()
        made = plan
        freeze = (ledgers.lease ?? 0) + 4
        environment = lane.environment.merging([
            "LEDGER_URL": ledgers.url(cell: name, in: folder, over: lane.ledgerCable), "TOPOLOGY_PREFIX": prefix,
            "LOG_LEVEL": "info",
            "EMS_TIMEOUT": "1500ms", "EMS_SETTLE": spec.fault == .dropLate ? "3s" : "1500ms", "CONFIRM_TIMEOUT": "1s",
            "SHUTDOWN_GRACE": "20s",
            "PREDECESSOR_WAIT": isImpatient ? "4s" : "240s", "PREFETCH": "\(random.pick([5, 50, 200]))",
            "CONCURRENCY": "\(random.pick([4, 16, 64]))",
            "ORDER_WORKER_TEST_RETRIES": spec.fault == .replay ? "0.3,0.6" : "0.5,1,2,3,4,4,4,4,4,4,4,4",
            "ORDER_WORKER_TEST_LEASE": ledgers.lease.map { "\($0)" } ?? "",
        ]) { $1 }
        fleet = Fleet(
            workers: spec.workers,
            plans: Self.crashPlans(spec, plan, &random),
            environment: environment,
            folder: folder,
            random: spec.random(3)
        )
    }

    /// What is sent, by operators too.
    var plan: Plan {
        replacements.withLock { $0 }.reduce(into: made) { $0.replace($1.key, by: $1.value) }
    }

    static var today: LocalDate {
        LocalDate(String(Date().formatted(.iso8601).prefix(10))) ?? .epoch
    }

    /// At most three deaths at a point for each worker: a message that is alone at all of them is taken for their cause.
    private static func crashPlans(_ spec: CellSpec, _ plan: Plan, _ random: inout SplitMix) -> [String] {
        guard case .at(let point) = spec.death else { return [] }
        if spec.death.isOfReplay {
            guard let culprit = Replays.culprit(of: plan) else { return [] }
            let before = random.pick([CrashPoint.received, .claimed, .lookedUp])
            return (0..<6 * spec.workers).map { _ in "\(before.name)@\(culprit)" }
        }
        // Once it is decided nobody is convicted, and deaths while a write is still to land are what can double it.
        let isWriting = spec.fault == .dropLate && [.recorded, .writing, .written].contains(point)
        return (0..<(isWriting ? 10 : 3) * spec.workers).map { _ in
            "\(point.name):\(random.number(1...(isWriting ? 8 : 25)))"
        }
    }

    func run() async -> CellReport {
        var report = CellReport(spec: spec, folder: folder)
        report.commands = plan.commandCount
        do {
            try await lane.sandbox.reset()
            let keeper = Task { await fleet.keepUp() }
            do {
                try await goThroughIt(&report)
            } catch {
                report.violations.append(Violation(text: "broke off: \(error)"))
            }
            let troubles = await fleet.stop()
            await keeper.value
            report.violations += troubles.map { Violation(text: $0) }
            report.violations += await emptiness().map { Violation(text: $0) }
        } catch {
            report.violations.append(Violation(text: "could not begin: \(error)"))
        }
        report.deaths = await fleet.deaths + replayDeaths.load(ordering: .relaxed)
        for end in await fleet.ownEnds {
            // By a signal that nobody sent: it crashed.
            if end.contains(/with 1[3-9][0-9]:/) {
                report.violations.append(Violation(text: end))
            } else {
                report.remarks.append(end)
            }
        }
        report.seconds = elapsed
        return report
    }

    private var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }

    private func goThroughIt(_ report: inout CellReport) async throws {
        let before = Self.today
        for history in plan.histories {
            if let adopted = history.adopted { try await lane.sandbox.create(adopted, history.name) }
        }
        var random = spec.random(4)
        for fault in spec.fault.sandboxFaults(&random) { try await lane.sandbox.fault(fault) }
        for fault in Replays(cell: self).sandboxFaults { try await lane.sandbox.fault(fault) }
        // EMS is a little slow, so that every death finds calls in the middle.
        try await lane.sandbox.fault(#"{"match":{"path":"/entitlements"},"delayMs":\#(random.number(5...30))}"#)
        async let published: Void = publish()
        report.strikes = try await Troublemaker(cell: self).run()
        try await published
        try await lane.sandbox.calm()
        report.phases.append(elapsed)
        await fleet.becomeSafe()
        await settleDown()
        report.phases.append(elapsed)
        report.replayed = try await Replays(cell: self).run()
        try await becomeQuiet()
        report.phases.append(elapsed)
        let claimed = plan.claimedCount + plan.twins.count
        for url in await fleet.urls {
            report.violations += try await Conservation(of: url).violations(claimed: claimed).map {
                Violation(text: $0)
            }
        }
        let checker = Checker(
            plan: plan,
            events: log.events,
            letters: try await lane.administration.browse(QueueName("\(prefix).dead-letter"), limit: 10_000),
            days: Set([before, Self.today]).sorted(),
            edits: takenEdits.withLock { $0 },
            isImpatient: isImpatient,
            mayBury: spec.death != .never || spec.fault == .replay
        )
        report.buried =
            Set(log.events.filter { $0.outcome == "dead-lettered" && $0.code == "worker-crashed" }.map(\.command)).count
        report.violations += checker.violations()
        report.violations += try await EMSCheck(sandbox: lane.sandbox, checker: checker).violations()
        for name in Set(report.violations.compactMap(\.subscription)).sorted().prefix(3) {
            report.explanations.append(await Explanation(cell: self, checker: checker).text(of: name))
        }
    }

    /// Some at a time, as several publishers would.
    private func publish() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for sequence in plan.sequences {
                group.addTask {
                    for message in sequence {
                        try await self.lane.publish(message, prefix: self.prefix)
                    }
                }
            }
            for (number, message) in plan.messages.enumerated() {
                if number >= 24 { try await group.next() }
                group.addTask { try await self.lane.publish(message, prefix: self.prefix) }
            }
            try await group.waitForAll()
        }
    }
}
