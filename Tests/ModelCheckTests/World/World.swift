import AMQP
import Foundation
import OrderMessages
import SubscriptionLifecycle
import TestKit

@testable import OrderFulfilment

/// All that one history is about: EMS, the ledger, the broker, the workers, the time, and what went before.
///
/// Everything in it happens on the explorer's thread: tasks run there too, on the stepped executor. That confinement is
/// why it may be called sendable.
final class World: @unchecked Sendable {
    /// Seconds that a worker of a shared ledger is missed before its commands are free: longer than a write to EMS may
    /// take to land.
    static let lease = 100.0
    /// Seconds in which a write may land: EMS_TIMEOUT and EMS_SETTLE.
    static let landing = 90.0
    static let predecessorWait = 30.0
    static let today = LocalDate("2026-06-15") ?? .epoch

    let scenario: Scenario
    let plant: Plant?
    let executor = SteppedExecutor()
    let topology = OrderTopology()

    var now = 0.0
    var ems: AbstractEMS { didSet { fields = nil } }
    private var fields: [String: String]?
    var ledger: InMemoryLedger
    var view = LedgerView()
    var broker: AbstractBroker
    var workers: [ModelWorker] = []
    var hands: [Hand] = []
    var pending: [Pending] = []
    /// Writes to EMS that nobody waits for any more.
    var late: [LateWrite] = []
    /// Workers of a shared ledger that have died, with the time at which their commands are free.
    var missed: [(worker: Int, until: Double)] = []
    /// Which worker has the claim of that fence.
    var owners: [Int64: Int] = [:]
    var faultsUsed = 0
    var edits = 0
    var trace: [String] = []
    var records = Records()
    var isOver = false
    private var workerCount = 0
    private var callCount = 0

    init(_ scenario: Scenario, _ plant: Plant? = nil) {
        self.scenario = scenario
        self.plant = plant
        ems = scenario.beginning.ems
        ledger = InMemoryLedger(predecessorWait: Self.predecessorWait)
        broker = AbstractBroker()
        for command in scenario.commands { broker.send(command, topology) }
        let known = scenario.beginning.known
        inTask { [ledger] in await ledger.begin(known) }
        for _ in 0..<scenario.workers { workers.append(newWorker(followsCrash: false)) }
        look()
        records.known = known
    }

    /// What EMS holds of the subscription, field by field.
    var heldFields: [String: String] {
        if let fields { return fields }
        let now = ems.held?.fields ?? [:]
        fields = now
        return now
    }

    var date: Date { Self.date(at: now) }

    static func date(at now: Double) -> Date { Date(timeIntervalSince1970: 1_780_000_000 + now) }

    func newWorker(followsCrash: Bool) -> ModelWorker {
        workerCount += 1
        return ModelWorker(self, number: workerCount, followsCrash: followsCrash)
    }

    /// Runs something in a task of its own until it waits for a step, or is done.
    func inTask(_ hand: Hand? = nil, _ body: @escaping @Sendable () async -> Void) {
        Task(executorPreference: executor) {
            await Hand.$current.withValue(hand) { await body() }
            hand?.isDone = true
        }
        executor.drain()
    }

    /// Lets a hand begin.
    func begin(_ hand: Hand, _ body: @escaping @Sendable () async -> Void) {
        hands.append(hand)
        inTask(hand, body)
        hands.removeAll(where: \.isDone)
    }

    /// What the ledger holds now.
    func look() {
        inTask { [self] in view = await ledger.view() }
    }

    /// A call waits for its turn; answers what becomes of it.
    func wait(_ step: Pending.Step) async -> Pending.Turn {
        guard let hand = Hand.current else { return .go }
        guard !hand.isDead else { return .dead }
        return await withUnsafeContinuation { continuation in
            callCount += 1
            pending.append(Pending(number: callCount, hand: hand, step: step, continuation: continuation))
        }
    }

    /// It is that call's turn.
    func resume(_ call: Pending, _ turn: Pending.Turn) {
        pending.removeAll { $0.number == call.number }
        call.continuation.resume(returning: turn)
        executor.drain()
        hands.removeAll(where: \.isDone)
    }

    /// Ends hands as if their process had never gone on: nothing that they still do counts.
    func bury(_ dead: [Hand]) {
        for hand in dead {
            hand.isDead = true
            hand.worker.line.drain.begin()
        }
        while let call = pending.first(where: { $0.hand.isDead }) { resume(call, .dead) }
        hands.removeAll(where: \.isDead)
    }

    /// Lets go of everything: the history is over.
    func end() {
        bury(hands)
        // World and workers hold each other.
        workers = []
    }

    func violate(_ text: String) {
        if !records.violations.contains(text) { records.violations.append(text) }
    }
}

/// A write that nobody waits for any more, and that may still land.
struct LateWrite {
    var box: EMSRequestBox
    var command: String
    var until: Double
}
