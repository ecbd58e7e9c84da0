import AMQP
import Foundation
import RabbitMQ
import SubscriptionLifecycle

extension Cell {
    /// How many commands have ended so far.
    var progress: Int { log.ended.intersection(plan.ids).count }

    /// Waits until everything has ended, or nothing goes on: commands behind a dead letter wait for its replay.
    func settleDown() async {
        var last = (progress: -1, at: ContinuousClock.now)
        await holds(within: 60) {
            let progress = progress
            if progress != last.progress { last = (progress, .now) }
            let hasBuried = !Replays(cell: self).buried.isEmpty
            return progress == plan.ids.count || (hasBuried && ContinuousClock.now - last.at > .seconds(4))
        }
    }

    /// Waits until everything has ended, is announced and settled.
    func becomeQuiet() async throws {
        let ids = plan.ids
        var idleSince: ContinuousClock.Instant?
        var isQuiet = false
        var last = (progress: -1, at: ContinuousClock.now)
        func hasStalled() -> Bool {
            if progress != last.progress { last = (progress, .now) }
            return ContinuousClock.now - last.at > .seconds(5)
        }
        await holds(within: 210, every: 0.1) {
            let isComplete = log.ended.isSuperset(of: ids)
            // Looking at everything costs more than waiting for the outcomes.
            guard isComplete || idleSince != nil || hasStalled() else { return false }
            guard let standings = try? await standings(), !standings.isEmpty, standings.allSatisfy(\.isIdle),
                let depths = try? await depths(), depths.allSatisfy({ $0.value.messages == 0 })
            else {
                idleSince = nil
                return false
            }
            isQuiet = isComplete
            idleSince = idleSince ?? .now
            // Nothing is anywhere, and still something is missing: it won't come any more.
            return isQuiet || idleSince.map { ContinuousClock.now - $0 > .seconds(15) } ?? false
        }
        guard !isQuiet else { return }
        let missing = ids.subtracting(log.ended).sorted()
        let standing = ((try? await standings()) ?? []).map(\.standing)
        let full = ((try? await depths()) ?? [:]).filter { $0.value.messages > 0 }.mapValues(\.messages)
        let open = try? await Programs.orderWorker(
            ["orders", "list"],
            environment,
            logFile: folder.appending(path: "open-orders.log")
        )
        throw NotInTime(
            description: """
                no quiet: \(missing.count) commands without an outcome \(missing.prefix(5)), \
                workers \(standing), queues \(full)
                \(open?.output.split(separator: "\n").filter { !$0.contains(" ended ") }.prefix(12).joined(separator: "\n") ?? "")
                """
        )
    }

    private func standings() async throws -> [Conservation] {
        var standings: [Conservation] = []
        let urls = await fleet.urls
        guard urls.count == spec.workers else { return [] }
        for url in urls { standings.append(try await Conservation(of: url)) }
        return standings
    }

    /// Every queue but the one for dead letters.
    private func depths() async throws -> [String: RabbitMQAdministration.QueueDepth] {
        let names = OrderOperation.allCases.map(\.rawValue) + ["undelivered", "subscriber", "events.unrouted"]
        return try await withThrowingTaskGroup { group in
            for name in names {
                group.addTask { [self] in
                    (name, try await lane.administration.queueDepth(QueueName("\(prefix).\(name)")))
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    /// After the workers have gone: no message and no consumer of theirs is left.
    ///
    /// Empties the queue of dead letters.
    func emptiness() async -> [String] {
        do {
            var troubles: [String] = []
            // The broker notices a closed connection a moment later.
            await holds(within: 5, every: 0.1) {
                let depths = try? await depths()
                return depths?.allSatisfy {
                    $0.value.messages == 0 && ($0.value.consumers == 0 || $0.key == "subscriber")
                }
                    ?? false
            }
            for (name, depth) in try await depths().sorted(by: { $0.key < $1.key }) {
                if depth.messages > 0 { troubles.append("\(depth.messages) messages are left in \(name)") }
                if depth.consumers > 0, name != "subscriber" { troubles.append("a consumer is left on \(name)") }
            }
            try await lane.administration.purge(QueueName("\(prefix).dead-letter"))
            return troubles
        } catch {
            return ["the queues can't be looked at: \(error)"]
        }
    }
}
