public import AMQP
import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Steps at which a test has the process killed, as `kill -9` would, numbered in the order in which they are reached.
///
/// `ORDER_WORKER_CRASH_POINT=name[:n][@id]` turns one on, for this process: `recorded` kills at the first command that
/// gets there, `recorded:3` at the third, `received@SO-1` at every message that has the text `SO-1` in its id or body.
/// Without the variable nothing is ever compared. For tests alone: operators are told nothing of it.
public enum CrashPoint: Int, CaseIterable, Hashable, Sendable {
    /// A delivery or a woken command is in hand; nothing of it was read.
    case received = 1
    /// It was understood.
    case translated
    /// The ledger has granted it.
    case claimed
    /// EMS was asked.
    case lookedUp
    /// Its decision is durable.
    case recorded
    /// Before each write to EMS; what must not be repeated has its intent.
    case writing
    /// After each write to EMS, before anybody knows what came of it.
    case written
    /// EMS holds what was decided.
    case applied
    /// Its outcome is durable.
    case completed
    /// A publishing was written to the broker's socket; its confirm isn't there.
    case published
    /// The broker has confirmed a publishing.
    case confirmed
    /// All that is left is the acknowledgement.
    case acknowledging
    /// Replay: the ledger has opened a round, the message wasn't published.
    case roundOpened
    /// Replay: the message was confirmed, its dead letter is still in the queue.
    case letterPublished

    /// As the variable spells it: `looked-up`.
    public var name: String {
        "\(self)".reduce(into: "") { $0 += $1.isUppercase ? "-\($1.lowercased())" : String($1) }
    }

    /// Whether this process is to be killed somewhere; the text of the variable.
    public static let plan: String? = CrashPlan.active?.text

    /// Whether it is to be killed at this one.
    public var isPlanned: Bool { CrashPlan.active?.point == self }

    /// Kills the process when it is this one's turn; `id` is the command's.
    public func reach(_ id: String) {
        guard let plan = CrashPlan.active, plan.point == self else { return }
        plan.reach { id == $0 }
    }

    /// Kills the process when it is this one's turn, before anything of the message is understood.
    public func reach(_ message: Message) { reach(message.properties, message.body) }

    /// Kills the process when it is this one's turn.
    public func reach(_ publishing: Publishing) { reach(publishing.properties, publishing.body) }

    private func reach(_ properties: Properties, _ body: [UInt8]) {
        guard let plan = CrashPlan.active, plan.point == self else { return }
        plan.reach { properties.messageID == $0 || Data(body).range(of: Data($0.utf8)) != nil }
    }
}

/// What the variable asks for.
private final class CrashPlan: Sendable {
    static let active = ProcessInfo.processInfo.environment["ORDER_WORKER_CRASH_POINT"].flatMap(CrashPlan.init)

    let text: String
    let point: CrashPoint
    private let id: String?
    private let turn: Int
    private let reached = Atomic(0)

    init?(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1)
        let words = parts.first?.split(separator: ":") ?? []
        guard let point = CrashPoint.allCases.first(where: { $0.name == words.first ?? "" }) else { return nil }
        self.text = text
        self.point = point
        id = parts.count > 1 ? String(parts[1]) : nil
        turn = words.count > 1 ? Int(words[1]) ?? 1 : 1
    }

    func reach(_ isMeant: (String) -> Bool) {
        if let id, !isMeant(id) { return }
        if reached.wrappingAdd(1, ordering: .relaxed).newValue >= turn { kill(getpid(), SIGKILL) }
    }
}
