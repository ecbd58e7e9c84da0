import AMQP

extension BrokerConnection {
    /// Declares what is missing.
    ///
    /// All that can't be declared is named in one error; the channel is open afterwards.
    borrowing func declare(_ topology: Topology) throws(BrokerFailure) {
        var differences: [TopologyDifference] = []
        for exchange in topology.exchanges {
            try note(.exchange(exchange.name), in: &differences) { connection throws(BrokerFailure) in
                try connection.declare(exchange)
            }
        }
        for queue in topology.queues {
            try note(.queue(queue.name), in: &differences) { connection throws(BrokerFailure) in
                try connection.declare(queue)
            }
        }
        for binding in topology.bindings {
            try note(.binding(binding), in: &differences) { connection throws(BrokerFailure) in
                try connection.bind(binding)
            }
        }
        guard differences.isEmpty else { throw .topology(differences) }
    }

    /// Compares without declaring what is missing.
    ///
    /// Bindings can't be asked for over AMQP and are not compared.
    borrowing func verify(_ topology: Topology) throws(BrokerFailure) {
        var differences: [TopologyDifference] = []
        // A passive declare tells whether a thing exists; an active one of an existing thing compares its arguments.
        for exchange in topology.exchanges {
            try note(.exchange(exchange.name), in: &differences) { connection throws(BrokerFailure) in
                try connection.declare(exchange, isPassive: true)
                try connection.declare(exchange)
            }
        }
        for queue in topology.queues {
            try note(.queue(queue.name), in: &differences) { connection throws(BrokerFailure) in
                try connection.declare(queue, isPassive: true)
                try connection.declare(queue)
            }
        }
        guard differences.isEmpty else { throw .topology(differences) }
    }

    private borrowing func note(
        _ subject: TopologyDifference.Subject,
        in differences: inout [TopologyDifference],
        _ body: (borrowing BrokerConnection) throws(BrokerFailure) -> Void
    ) throws(BrokerFailure) {
        do throws(BrokerFailure) {
            try body(self)
        } catch .refused(let code, let text) {
            differences.append(TopologyDifference(subject: subject, code: code, text: text))
            // The broker closed the channel with its refusal.
            sendChannelCloseOK()
            try flush(within: rpcTimeout)
            try openChannel()
        }
    }
}
