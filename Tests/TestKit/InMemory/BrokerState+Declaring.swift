import AMQP

extension BrokerState {
    /// Declares what is missing; what can't be declared is told, and the rest declared all the same.
    mutating func declare(_ topology: Topology) throws(RefusedTopology) {
        var differences: [TopologyDifference] = []
        for exchange in topology.exchanges {
            guard let there = exchanges[exchange.name] else {
                exchanges[exchange.name] = exchange
                continue
            }
            if let difference = difference(of: exchange, there) { differences.append(difference) }
        }
        for queue in topology.queues {
            guard let there = queues[queue.name], defect != .replacesOnDeclare else {
                queues[queue.name] = Queue(arguments: queue.arguments)
                continue
            }
            let discrepancy = Self.discrepancy(queue.arguments, there.arguments)
            if let discrepancy { differences.append(Self.different(.queue(queue.name), discrepancy)) }
        }
        for binding in topology.bindings where !bindings.contains(binding) {
            let lacksAnEnd = exchanges[binding.exchange] == nil || queues[binding.queue] == nil
            if lacksAnEnd, defect != .bindsNothing {
                differences.append(.init(subject: .binding(binding), kind: .missing, text: "404 NOT_FOUND"))
            } else {
                bindings.append(binding)
            }
        }
        for id in consumers.keys.sorted() where consumers[id]?.status.trouble != nil { register(id) }
        if defect == .acceptsOtherArguments { return }
        if defect == .stopsAtTheFirstDifference { differences = Array(differences.prefix(1)) }
        if !differences.isEmpty { throw RefusedTopology(differences) }
    }

    private func difference(of exchange: Topology.Exchange, _ there: Topology.Exchange) -> TopologyDifference? {
        if exchange.kind != there.kind {
            return Self.different(
                .exchange(exchange.name),
                .init(field: "type", required: exchange.kind.rawValue, actual: there.kind.rawValue)
            )
        }
        return Self.discrepancy(exchange.arguments, there.arguments).map {
            Self.different(.exchange(exchange.name), $0)
        }
    }

    /// The first one, as RabbitMQ names it.
    private static func discrepancy(
        _ required: FieldTable,
        _ actual: FieldTable
    ) -> TopologyDifference.Discrepancy? {
        let names = Set((required.fields + actual.fields).map(\.name)).sorted()
        guard let name = names.first(where: { required[$0] != actual[$0] }) else { return nil }
        return .init(field: name, required: words(required[name]), actual: words(actual[name]))
    }

    private static func words(_ value: FieldValue?) -> String {
        switch value {
        case nil: "none"
        case .text(let text)?: text
        case .integer(let number)?: "\(number)"
        case let value?: "\(value)"
        }
    }

    private static func different(
        _ subject: TopologyDifference.Subject,
        _ discrepancy: TopologyDifference.Discrepancy
    ) -> TopologyDifference {
        TopologyDifference(
            subject: subject,
            kind: .different,
            text: "406 PRECONDITION_FAILED - inequivalent arg '\(discrepancy.field)'",
            discrepancies: [discrepancy]
        )
    }
}
