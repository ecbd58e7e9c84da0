import AMQP
import OrderFulfilment
import SubscriptionLifecycle

/// One course of the line that is under way: a delivery, a woken command, an outcome of the relay, an operator's replay.
///
/// Confined to the explorer's thread like the world that it belongs to, and so is all that it can change.
final class Hand: @unchecked Sendable {
    /// The hand that the current task belongs to.
    @TaskLocal static var current: Hand?

    let world: World
    let worker: ModelWorker
    /// The command, or what it is about.
    let subject: String
    /// `delivery`, `woken`, `relay`, `operator`.
    let kind: String
    let delivery: DeliveryID?
    /// Its worker has died: nothing that it does counts.
    var isDead = false
    var isDone = false
    /// All that it was answered: a course of the line is a function of that.
    private(set) var history = 0
    private var lastAnswer: Double
    /// What it read last from EMS, by the number of the hand's edits then.
    var editsAtLastRead = 0

    init(_ world: World, _ worker: ModelWorker, _ subject: String, _ kind: String, delivery: DeliveryID? = nil) {
        (self.world, self.worker, self.subject, self.kind, self.delivery) = (world, worker, subject, kind, delivery)
        lastAnswer = world.now
    }

    var name: String { "\(subject)@\(worker.name)" + (kind == "delivery" ? "" : " (\(kind))") }

    /// Notes an answer, and how long it took.
    func note(_ answer: some Hashable) {
        var hasher = Hasher()
        hasher.combine(history)
        hasher.combine(world.now - lastAnswer)
        hasher.combine(answer)
        history = hasher.finalize()
        lastAnswer = world.now
    }

    /// What tells it from any other that would go on differently.
    var digest: Int {
        var hasher = Hasher()
        hasher.combine(subject)
        hasher.combine(kind)
        hasher.combine(history)
        hasher.combine(world.now - lastAnswer)
        hasher.combine(editsAtLastRead == world.edits)
        hasher.combine(delivery.map { $0.epoch == worker.epoch })
        for pending in world.pending where pending.hand === self { hasher.combine(pending.step.name) }
        return hasher.finalize()
    }
}

/// A call that waits for its turn.
struct Pending {
    /// What is called.
    enum Step {
        case ledger(String)
        case read(EMSRequestBox)
        case write(EMSRequestBox)
        case publish(Publishing)
        case sleep(until: Double)

        var name: String {
            switch self {
            case .ledger(let name): name
            case .read: "look up"
            case .write(let box): "write \(box.title)"
            case .publish(let publishing): "publish \(publishing.routingKey)"
            case .sleep: "sleep"
            }
        }
    }

    /// Tells it from every other.
    let number: Int
    let hand: Hand
    let step: Step
    let continuation: UnsafeContinuation<Turn, Never>

    /// What becomes of a call.
    enum Turn: Hashable, Sendable {
        /// It is done and answered.
        case go
        /// It is done, and the answer is lost.
        case loseAnswer
        /// It isn't done, and nobody answers.
        case lose
        /// Nobody answers; it is done later, or never.
        case delay
        /// It isn't done, and that is answered.
        case refuse
        /// The worker is dead.
        case dead
    }
}
