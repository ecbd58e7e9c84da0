import AMQP
import Foundation
import OrderFulfilment

/// Makes commands dead letters that could have succeeded, and sends them again as an operator would.
struct Replays: Sendable {
    let cell: Cell

    /// Lets EMS fail for a few subscriptions alone until a command of each has used up its attempts.
    func exhaust() async throws {
        let victims = cell.plan.histories.filter { $0.isNumbered && $0.commands.contains(where: \.isLink) }.prefix(3)
        for victim in victims {
            try await cell.lane.sandbox.fault(
                #"{"match":{"method":"GET","path":"=/entitlements/externalId=\#(victim.name)"},"status":503}"#
            )
        }
        let names = Set(victims.map(\.name))
        await holds(within: 40) {
            Set(cell.log.events.filter { $0.code == "attempts-exhausted" }.compactMap(\.subscription)).isSuperset(
                of: names
            )
        }
    }

    /// Lets a message kill its workers until it is convicted.
    func convict() async throws {
        guard let id = cell.plan.histories.last(where: \.isNumbered)?.commands.first(where: \.isLink)?.id else {
            return
        }
        guard !cell.log.ended.contains(id) else { return }
        await cell.fleet.convict(id)
        await holds(within: 40) { cell.log.ended.contains(id) }
    }

    /// Sends all that could run again, dying in between when that is the cell's; answers how many letters there were.
    func run() async throws -> Int {
        let ids = Set(cell.plan.histories.flatMap(\.commands).map(\.id))
        let buried = Set(
            cell.log.events.filter { $0.outcome == "dead-lettered" && ids.contains($0.command) }.map(\.command)
        )
        guard !buried.isEmpty else { return 0 }
        if case .at(let point) = cell.spec.death, cell.spec.death.isOfReplay {
            for _ in 1...2 {
                _ = try await replay(["ORDER_WORKER_CRASH_POINT": point.name], "killed")
            }
        }
        for _ in 1...5 {
            _ = try await replay([:], "replay")
            let isOver = await holds(within: 10) {
                Self.standing(cell.log.events, buried).isEmpty
            }
            if isOver { break }
        }
        return buried.count
    }

    /// Those that have only their dead letter yet.
    private static func standing(_ events: [Event], _ buried: Set<String>) -> Set<String> {
        buried.subtracting(events.filter { ["succeeded", "rejected"].contains($0.outcome) }.map(\.command))
    }

    private func replay(_ more: [String: String], _ name: String) async throws -> Int {
        var status = 0
        for reason in ["attempts-exhausted", "worker-crashed"] {
            let ended = try await Programs.orderWorker(
                ["dead-letters", "replay", "--reason", reason],
                cell.environment.merging(more) { $1 },
                logFile: cell.folder.appending(path: "\(name)-\(UUID().uuidString.prefix(8)).log")
            )
            status = max(status, ended.status)
        }
        return status
    }
}
