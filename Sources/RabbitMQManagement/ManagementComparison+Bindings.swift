import AMQP
import RabbitMQ

extension ManagementComparison {
    var missingBindings: [TopologyDifference] {
        topology.bindings.filter { required in
            !snapshot.bindings.contains { isSame($0, required) }
        }.map { missing(.binding($0)) }
    }

    /// Bindings that bring our queues messages nobody meant for them, or copy what only our queues should get.
    ///
    /// A topic exchange is there to be bound by others.
    var unwantedBindings: [TopologyWarning] {
        let queues = Set(topology.queues.map(\.name.rawValue))
        let exchanges = Set(topology.exchanges.filter { $0.kind != .topic }.map(\.name.rawValue))
        return snapshot.bindings.compactMap { binding in
            // The default exchange binds every queue, and nobody can change that.
            guard !binding.source.isEmpty, !topology.bindings.contains(where: { isSame(binding, $0) }) else {
                return nil
            }
            let isIncoming = binding.destination_type == "queue" && queues.contains(binding.destination)
            guard isIncoming || exchanges.contains(binding.source) else { return nil }
            let what = "\(binding.destination_type) '\(binding.destination)'"
            let effect =
                isIncoming
                ? "it brings the queue messages that are not meant for it" : "it gets copies of what is published"
            return TopologyWarning(
                .unwanted,
                "exchange '\(binding.source)' has an unexpected binding to \(what) with key '\(binding.routing_key)': "
                    + "\(effect). Remove it with: \(removal(binding))"
            )
        }
    }

    private func removal(_ binding: ManagementSnapshot.Binding) -> String {
        let host = mending.virtualHost == "/" ? "" : "--vhost=\(Mending.quoted(mending.virtualHost)) "
        let parts = [
            ("source", binding.source), ("destination_type", binding.destination_type),
            ("destination", binding.destination), ("properties_key", binding.properties_key ?? "~"),
        ]
        return "rabbitmqadmin \(host)delete binding "
            + parts.map { Mending.quoted("\($0.0)=\($0.1)") }.joined(separator: " ")
    }

    private func isSame(_ there: ManagementSnapshot.Binding, _ required: Topology.Binding) -> Bool {
        there.source == required.exchange.rawValue && there.destination_type == "queue"
            && there.destination == required.queue.rawValue && there.routing_key == required.routingKey.rawValue
            && there.arguments.values.isEmpty
    }
}
