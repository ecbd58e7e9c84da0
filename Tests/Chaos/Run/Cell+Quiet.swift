import AMQP
import Foundation
import RabbitMQ
import SubscriptionLifecycle

extension Cell {
    /// How many commands have ended so far.
    var progress: Int { log.ended.intersection(plan.ids).count }

    /// Waits until everything has ended, is announced and settled.
    func becomeQuiet(_ when: String) async throws {
        let ids = plan.ids
        let isComplete = await holds(within: 150, every: 0.1) { log.ended.isSuperset(of: ids) }
        let isIdle = await holds(within: 60, every: 0.1) {
            guard isComplete, let idle = try? await standings(), !idle.isEmpty, idle.allSatisfy(\.isIdle) else {
                return false
            }
            return await (try? depths().allSatisfy { $0.value.messages == 0 }) ?? false
        }
        guard !isIdle else { return }
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
                no quiet \(when): \(missing.count) commands without an outcome \(missing.prefix(5)), \
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
        var depths: [String: RabbitMQAdministration.QueueDepth] = [:]
        let names = OrderOperation.allCases.map(\.rawValue) + ["undelivered", "subscriber", "events.unrouted"]
        for name in names {
            depths[name] = try await lane.administration.queueDepth(QueueName("\(prefix).\(name)"))
        }
        return depths
    }

    /// After the workers have gone: no message and no consumer of theirs is left. Empties the queue of dead letters.
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
