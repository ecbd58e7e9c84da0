import LocalServers
import OrderFulfilment
import SubscriptionLifecycle
import Synchronization

/// Makes the trouble of a cell at moments that count: when so much of the work is done.
///
/// Each answers how often it struck: trouble that never came proves nothing.
struct Troublemaker: Sendable {
    let cell: Cell

    func run() async throws -> Int {
        async let deaths: Void = dieAnywhere()
        let strikes = try await strike()
        await deaths
        if cell.spec.death.isOfReplay { await Replays(cell: cell).convict() }
        return strikes
    }

    private func strike() async throws -> Int {
        switch cell.spec.fault {
        case .none:
            await moment(0.6)
            return 0
        case .dropBefore, .dropAfter, .dropLate, .tooMany, .unavailable, .stall:
            // For as long as nearly all of the work takes; the rest shows the recovery.
            await moment(0.9, within: cell.spec.fault == .dropLate ? 25 : 15)
            return try await cell.lane.sandbox.strikes()
        case .cut: return await cut([cell.lane.brokerCable, cell.lane.emsCable])
        case .ledgerCut: return await cut(cell.lane.ledgerCable.map { [$0] } ?? [])
        case .ledgerAway: return await keepAway(cell.lane.ledgerCable)
        case .broker: return try await restart { try await $0.terminate() }
        case .brokerKill:
            // RabbitMQ 3.10 may lose a quorum queue that is younger than five seconds when it is killed.
            await holds(within: 15, every: 0.1) { cell.log.opened + .seconds(10) < .now }
            return try await restart { try await $0.kill() }
        case .freeze:
            var count = 0
            for share in [0.1, 0.4] {
                await moment(share)
                if await cell.fleet.freeze(seconds: cell.freeze) { count += 1 }
            }
            return count
        case .edits:
            await edit()
            return cell.takenEdits.withLock(\.count)
        case .replay:
            let replays = Replays(cell: cell)
            await replays.exhaust()
            return replays.exhausted.count
        }
    }

    /// All connections at once, single ones, and single ones in the middle of a frame or of an HTTP message.
    private func cut(_ cables: [Cable]) async -> Int {
        var random = cell.spec.random(5)
        let before = cables.map(\.cuts.all).reduce(0, +)
        for number in 1...12 {
            await moment(0.07 * Double(number))
            for cable in cables where random.chance(0.7) {
                let way = random.pick(CableLine.Way.allCases)
                if random.chance(0.25) {
                    cable.cutAll(way)
                } else {
                    await cable.cutInside(random.pick(CableLine.Direction.allCases), way, &random)
                }
            }
        }
        return cables.map(\.cuts.all).reduce(0, +) - before
    }

    /// For less than callers wait for the ledger, for about as long, and for longer than a worker's lease.
    private func keepAway(_ cable: Cable?) async -> Int {
        guard let cable else { return 0 }
        var random = cell.spec.random(6)
        let before = cable.cuts.all
        for (share, seconds) in zip([0.1, 0.3, 0.5], [1.0, 5, 8].shuffled(using: &random)) {
            await moment(share)
            cable.breakDown(random.pick(CableLine.Way.allCases))
            await pausing(seconds + Double(random.number(0...500)) / 1000)
            cable.mend()
        }
        return cable.cuts.all - before
    }

    private func restart(_ stop: (RabbitMQServer) async throws -> Void) async throws -> Int {
        await moment(0.25)
        try await stop(cell.lane.server)
        try await cell.lane.server.start()
        return 1
    }

    private func dieAnywhere() async {
        guard cell.spec.death == .anywhere else { return }
        for share in [0.1, 0.3, 0.5] {
            await moment(share)
            await cell.fleet.kill()
        }
    }

    /// Returns when that share of the commands has ended, or when nothing has happened for a while.
    func moment(_ share: Double, within seconds: Double = 15) async {
        let goal = Int(Double(cell.plan.ids.count) * share)
        var last = (progress: -1, at: ContinuousClock.now)
        await holds(within: seconds) {
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
