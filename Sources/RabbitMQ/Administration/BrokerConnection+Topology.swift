import AMQP

extension BrokerConnection {
    /// Declares what is missing.
    ///
    /// All that can't be declared is named in one error; the channel is open afterwards. What the user may not declare
    /// counts as declared when it exists: the answer says what could not be compared then.
    @discardableResult
    borrowing func declare(_ topology: Topology) throws(BrokerFailure) -> [TopologyWarning] {
        var findings = Findings(Mending(virtualHost: virtualHost, user: user, topology: topology))
        for exchange in topology.exchanges {
            try note(.exchange(exchange.name), in: &findings) { connection throws(BrokerFailure) in
                try connection.declare(exchange)
            } otherwise: { connection throws(BrokerFailure) in
                try connection.declare(exchange, isPassive: true)
            }
        }
        for queue in topology.queues {
            try note(.queue(queue.name), in: &findings) { connection throws(BrokerFailure) in
                try connection.declare(queue)
            } otherwise: { connection throws(BrokerFailure) in
                try connection.declare(queue, isPassive: true)
            }
        }
        for binding in topology.bindings {
            // Whether it is there can't be asked; a missing one shows when a message finds no route.
            try note(.binding(binding), in: &findings) { connection throws(BrokerFailure) in
                try connection.bind(binding)
            } otherwise: { _ in
            }
        }
        guard findings.differences.isEmpty else { throw .topology(findings.differences) }
        return findings.warnings
    }

    /// Compares without declaring what is missing.
    ///
    /// Bindings can't be asked for over AMQP and are not compared; `passively` compares no arguments either, and asks for
    /// nothing that needs a permission to configure.
    borrowing func compare(_ topology: Topology, passively: Bool) throws(BrokerFailure) -> TopologyReport {
        let mending = Mending(virtualHost: virtualHost, user: user, topology: topology)
        var findings = Findings(mending)
        // A passive declare tells whether a thing exists; an active one of an existing thing compares its arguments.
        for exchange in topology.exchanges {
            try note(.exchange(exchange.name), in: &findings) { connection throws(BrokerFailure) in
                try connection.declare(exchange, isPassive: true)
                if !passively { try connection.declare(exchange) }
            } otherwise: { connection throws(BrokerFailure) in
                try connection.declare(exchange, isPassive: true)
            }
        }
        for queue in topology.queues {
            try note(.queue(queue.name), in: &findings) { connection throws(BrokerFailure) in
                try connection.declare(queue, isPassive: true)
                if !passively { try connection.declare(queue) }
            } otherwise: { connection throws(BrokerFailure) in
                try connection.declare(queue, isPassive: true)
            }
        }
        if passively, !topology.exchanges.isEmpty || !topology.queues.isEmpty {
            findings.warnings.append(.init(.notCompared, "types and arguments were not compared: only asked passively"))
        }
        if !topology.bindings.isEmpty {
            findings.warnings.append(
                .init(.notCompared, "bindings were not compared: AMQP has no question for them, the management API has")
            )
        }
        try checkDeadLettering(topology, passively: passively, in: &findings)
        return TopologyReport(differences: findings.differences, warnings: findings.warnings, product: product)
    }

    /// Runs `body` and notes what the broker refuses; what only the user's permissions forbid is asked again with
    /// `otherwise`.
    private borrowing func note(
        _ subject: TopologyDifference.Subject,
        in findings: inout Findings,
        _ body: (borrowing BrokerConnection) throws(BrokerFailure) -> Void,
        otherwise: (borrowing BrokerConnection) throws(BrokerFailure) -> Void
    ) throws(BrokerFailure) {
        guard let refusal = try refusal(body) else { return }
        guard refusal.code == 403 else { return findings.add(subject, refusal) }
        if let second = try self.refusal(otherwise) {
            findings.add(subject, second.code == 404 ? refusal : second)
        } else {
            findings.warnings.append(.init(.notCompared, "\(subject) was not compared: \(refusal.text)"))
        }
    }

    /// Why the broker closed the channel over it, or `nil` when it did not; the channel is open afterwards.
    borrowing func refusal(
        _ body: (borrowing BrokerConnection) throws(BrokerFailure) -> Void
    ) throws(BrokerFailure) -> (code: UInt16, text: String)? {
        do throws(BrokerFailure) {
            try body(self)
            return nil
        } catch .refused(let code, let text) {
            // The broker closed the channel with its refusal.
            sendChannelCloseOK()
            try flush(within: rpcTimeout)
            try openChannel()
            return (code, text)
        }
    }
}

/// What a comparison has brought out so far.
struct Findings {
    let mending: Mending
    var differences: [TopologyDifference] = []
    var warnings: [TopologyWarning] = []

    init(_ mending: Mending) { self.mending = mending }

    mutating func add(_ subject: TopologyDifference.Subject, _ refusal: (code: UInt16, text: String)) {
        if case .binding(let binding) = subject, refusal.code == 404 {
            // What the binding lacks is named already.
            let ends: [TopologyDifference.Subject] = [.exchange(binding.exchange), .queue(binding.queue)]
            guard !differences.contains(where: { ends.contains($0.subject) }) else { return }
        }
        let kind: TopologyDifference.Kind =
            switch refusal.code {
            case 404: .missing
            case 406: .different
            default: .refused
            }
        differences.append(
            TopologyDifference(
                subject: subject,
                kind: kind,
                text: "\(refusal.code) \(refusal.text)",
                discrepancies: [InequivalentArgument.discrepancy(in: refusal.text)].compactMap { $0 },
                mend: mending.steps(for: subject, kind)
            )
        )
    }
}
