import AMQP
import Foundation
import OrderFulfilment
import SubscriptionLifecycle
import Synchronization

/// Makes commands dead letters that could have succeeded, and sends them again as an operator would.
struct Replays: Sendable {
    let cell: Cell

    /// Whose commands use up their attempts.
    private var victims: [String] {
        guard cell.spec.fault == .replay else { return [] }
        let suited = cell.plan.histories.filter { $0.isNumbered && $0.commands.contains(where: \.isLink) }
        return suited.prefix(3).map(\.name)
    }

    /// EMS fails for a few subscriptions alone.
    var sandboxFaults: [String] {
        victims.map { #"{"match":{"method":"GET","path":"=/entitlements/externalId=\#($0)"},"status":503}"# }
    }

    /// Waits until a command of each of those has used up its attempts.
    func exhaust() async {
        let names = Set(victims)
        await holds(within: 40) {
            Set(exhausted.compactMap(\.subscription)).isSuperset(of: names)
        }
    }

    /// The dead letters of commands that have used up their attempts.
    var exhausted: [Event] { cell.log.events.filter { $0.code == "attempts-exhausted" } }

    /// A message that kills workers until it is taken for the cause.
    static func culprit(of plan: Plan) -> String? {
        plan.histories.last(where: \.isNumbered)?.commands.first(where: \.isLink)?.id
    }

    /// Waits for its verdict.
    func convict() async {
        guard let id = Self.culprit(of: cell.plan) else { return }
        await holds(within: 40) { cell.log.ended.contains(id) }
    }

    /// Sends all that could run again, dying in between when that is the cell's; answers how many letters there were.
    func run() async throws -> Int {
        let buried = buried
        guard !buried.isEmpty else { return 0 }
        try await edit(buried)
        if case .at(let point) = cell.spec.death, cell.spec.death.isOfReplay {
            for _ in 1...2 {
                _ = try await replay(["ORDER_WORKER_CRASH_POINT": point.name], "killed")
            }
        }
        for _ in 1...5 {
            let refused = try await replay([:], "replay")
            let isOver = await holds(within: 10) {
                Self.standing(cell.log.events, buried).isSubset(of: refused.union(cell.plan.replaced))
            }
            if isOver { break }
        }
        return buried.count
    }

    /// Sends another command in the stead of one letter that has used up its attempts, dying in between when that is the cell's.
    private func edit(_ buried: Set<String>) async throws {
        let links = cell.plan.histories.flatMap(\.commands).filter { $0.isLink && buried.contains($0.id) }
        let exhausted = Set(exhausted.map(\.command))
        guard let letter = links.first(where: { exhausted.contains($0.id) }) else { return }
        var edited = letter
        edited.id = letter.id + "-edited"
        edited.command.purchaseOrder = "PO-EDITED"
        let file = cell.folder.appending(path: "\(edited.id).json")
        try JSONSerialization.data(withJSONObject: CommandJSON.payload(edited.command)).write(to: file)
        var environments: [[String: String]] = [[:]]
        if cell.spec.death.isOfReplay { environments.insert(["ORDER_WORKER_CRASH_POINT": "letter-published"], at: 0) }
        for more in environments {
            let ended = try await Programs.orderWorker(
                ["dead-letters", "replay", letter.id, "--edit", file.path, "--new-id", edited.id],
                cell.environment.merging(more) { $1 },
                logFile: cell.folder.appending(path: "edit-\(UUID().uuidString.prefix(8)).log")
            )
            switch ended.status {
            case 0: cell.replacements.withLock { $0[letter.id] = edited }
            case 137: cell.replayDeaths.add(1, ordering: .relaxed)
            default: throw NotInTime(description: "\(letter.id) can't be replaced: \(ended.output)")
            }
        }
    }

    /// Commands that have become dead letters.
    var buried: Set<String> {
        let ids = Set(cell.plan.histories.flatMap(\.commands).map(\.id))
        return Set(cell.log.events.filter { $0.outcome == "dead-lettered" && ids.contains($0.command) }.map(\.command))
    }

    /// Those that have only their dead letter yet.
    private static func standing(_ events: [Event], _ buried: Set<String>) -> Set<String> {
        buried.subtracting(events.filter { ["succeeded", "rejected"].contains($0.outcome) }.map(\.command))
    }

    /// Answers which ids were refused, such as what later commands have superseded.
    private func replay(_ more: [String: String], _ name: String) async throws -> Set<String> {
        var refused: Set<String> = []
        for reason in ["attempts-exhausted", "worker-crashed"] {
            let ended = try await Programs.orderWorker(
                ["dead-letters", "replay", "--reason", reason],
                cell.environment.merging(more) { $1 },
                logFile: cell.folder.appending(path: "\(name)-\(UUID().uuidString.prefix(8)).log")
            )
            if ended.status == 137 { cell.replayDeaths.add(1, ordering: .relaxed) }
            for line in ended.output.split(separator: "\n") where line.contains("refused: superseded") {
                if let id = line.split(separator: " ").first { refused.insert(String(id)) }
            }
        }
        return refused
    }
}
