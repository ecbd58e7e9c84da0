import LocalServers
import OrderFulfilment
import SubscriptionLifecycle
import Synchronization

/// Makes the trouble of a cell at moments that count: when so much of the work is done.
struct Troublemaker: Sendable {
    let cell: Cell

    func run() async throws {
        async let deaths: Void = dieAnywhere()
        switch cell.spec.fault {
        case .none, .dropBefore, .dropAfter, .dropLate, .tooMany, .unavailable, .stall:
            // For as long as half of the work takes, so that the rest shows the recovery.
            await moment(0.6)
        case .cut:
            for share in [0.05, 0.15, 0.3, 0.45, 0.6] {
                await moment(share)
                cell.lane.brokerCable.cut()
                cell.lane.emsCable.cut()
            }
        case .broker:
            await moment(0.3)
            try await cell.lane.server.terminate()
            try await cell.lane.server.start()
        case .freeze:
            for share in [0.1, 0.4] {
                await moment(share)
                await cell.fleet.freeze(seconds: cell.freeze)
            }
        case .edits: await edit()
        case .replay: await Replays(cell: cell).exhaust()
        }
        await deaths
        if cell.spec.death.isOfReplay { await Replays(cell: cell).convict() }
    }

    private func dieAnywhere() async {
        guard cell.spec.death == .anywhere else { return }
        for share in [0.1, 0.3, 0.5] {
            await moment(share)
            await cell.fleet.kill()
        }
    }

    /// Returns when that share of the commands has ended, or when nothing has happened for a while.
    func moment(_ share: Double) async {
        let goal = Int(Double(cell.plan.ids.count) * share)
        var last = (progress: -1, at: ContinuousClock.now)
        await holds(within: 30) {
            let progress = cell.progress
            if progress != last.progress { last = (progress, .now) }
            return progress >= goal || ContinuousClock.now - last.at > .seconds(6)
        }
    }

    /// By hand, in EMS; only what EMS takes counts.
    private func edit() async {
        let edits = cell.plan.histories.flatMap { history in history.edits.map { ($0, Double(history.name.count)) } }
        for (number, (edit, _)) in edits.enumerated() {
            await moment(0.8 * Double(number) / Double(max(1, edits.count)))
            let isThere = await holds(within: 3, every: 0.05) {
                (try? await cell.lane.sandbox.entitlement(edit.subscription)) ?? nil != nil
            }
            guard isThere, (try? await cell.lane.sandbox.edit(edit)) ?? false else { continue }
            cell.takenEdits.withLock { $0.append(edit) }
        }
    }
}
