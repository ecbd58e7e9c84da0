import AMQP
import RabbitMQ

extension ManagementComparison {
    /// The broker's state, as far as it puts messages at risk.
    var conditions: [TopologyWarning] {
        var warnings: [TopologyWarning] = []
        let names = Set(topology.queues.map(\.name.rawValue))
        let queues = snapshot.queues.filter { names.contains($0.name) }
        let fewest = queues.compactMap { $0.members?.count }.filter { $0 > 0 }.min()
        if let fewest, fewest < 3 {
            warnings.append(
                .init(
                    .condition,
                    "queues have \(fewest == 1 ? "one member" : "two members") only: with the loss of a node "
                        + (fewest == 1 ? "their messages are lost" : "they stand still")
                        + "; three nodes survive one loss"
                )
            )
        }
        for queue in queues where (queue.consumers ?? 0) > 1 {
            warnings.append(
                .init(
                    .condition,
                    "queue '\(queue.name)' has \(queue.consumers ?? 0) consumers: more than one takes away its order"
                )
            )
        }
        if let alarms = snapshot.alarms, alarms.status != "ok" {
            warnings.append(.init(.condition, "an alarm blocks publishing: \(alarms.reason ?? alarms.status)"))
        }
        return warnings
    }

    /// What the user may not do with the names of the topology.
    var permissionWarnings: [TopologyWarning] {
        guard let permissions = snapshot.permissions else { return [] }
        let names = topology.exchanges.map(\.name.rawValue) + topology.queues.map(\.name.rawValue)
        let sorts = [
            ("configure", permissions.configure), ("write", permissions.write), ("read", permissions.read),
        ]
        return sorts.compactMap { sort, pattern in
            // RabbitMQ reads an empty pattern as one that nothing matches.
            let regex = try? Regex(pattern.isEmpty ? "$^" : pattern)
            guard let regex else {
                return TopologyWarning(.unknown, "the \(sort) permission of user '\(mending.user)' can't be read here")
            }
            let refused = names.filter { pattern.isEmpty || !$0.contains(regex) }
            guard let first = refused.first else { return nil }
            let commands = mending.steps(for: .permissions(user: mending.user), .refused).map {
                $0.text(declaringWith: "")
            }
            return TopologyWarning(
                .condition,
                "user '\(mending.user)' may not \(sort) '\(first)'"
                    + (refused.count > 1 ? " and \(refused.count - 1) more" : "")
                    + ". Permit it with: \(commands.last ?? "")"
            )
        }
    }
}
