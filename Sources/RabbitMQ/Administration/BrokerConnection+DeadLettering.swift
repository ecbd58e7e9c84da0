import AMQP

extension BrokerConnection {
    /// Finds out whether the broker dead-letters at least once where the topology asks for it.
    ///
    /// RabbitMQ does less without a word to the client when a condition isn't met.
    borrowing func checkDeadLettering(
        _ topology: Topology,
        passively: Bool,
        in findings: inout Findings
    ) throws(BrokerFailure) {
        for queue in topology.queues {
            guard case .fallsBack(let reason) = queue.deadLettering else { continue }
            findings.differences.append(
                TopologyDifference(
                    subject: .queue(queue.name),
                    kind: .fallsBack,
                    text: reason,
                    mend: [.advise("change the arguments in the required topology")]
                )
            )
        }
        guard let queue = topology.queues.first(where: { $0.deadLettering == .atLeastOnce }) else { return }
        switch product?.isRabbitMQ(atLeast: 3, 10) {
        case false?:
            findings.differences.append(
                TopologyDifference(
                    subject: .broker("dead-lettering"),
                    kind: .fallsBack,
                    text: "\(product?.description ?? "this version") dead-letters at most once",
                    mend: [.advise("upgrade to RabbitMQ 3.10 or later")]
                )
            )
        // From 4.0 on the flag is always on.
        case true? where product?.isRabbitMQ(atLeast: 4, 0) == true: break
        case true? where passively:
            findings.warnings.append(.init(.unknown, "whether dead-lettering is at least once was not asked"))
        case true?: try probeStreamQueues(as: QueueName("\(queue.name).probe"), in: &findings)
        case nil:
            findings.warnings.append(
                .init(
                    .unknown,
                    "whether \(product?.description ?? "the broker") dead-letters at least once is not known"
                )
            )
        }
    }

    /// Asks for a stream that can't be made: RabbitMQ looks at the feature flag first and at the question after.
    ///
    /// With the flag on it answers 406, with the flag off it closes the connection with 541; nothing is made either way.
    private borrowing func probeStreamQueues(as name: QueueName, in findings: inout Findings) throws(BrokerFailure) {
        let refusal: (code: UInt16, text: String)?
        do throws(BrokerFailure) {
            refusal = try self.refusal { connection throws(BrokerFailure) in
                try connection.declareTransientStream(name)
            }
        } catch .closedByBroker(let code, let text) {
            sendConnectionCloseOK()
            refusal = (code, text)
        }
        switch refusal?.code {
        case 406?: return
        case 541? where refusal?.text.contains("feature flag") == true:
            findings.differences.append(
                TopologyDifference(
                    subject: .broker("feature flag stream_queue"),
                    kind: .fallsBack,
                    text: "it is off, so every queue dead-letters at most once whatever its arguments say",
                    discrepancies: [.init(field: "stream_queue", required: "enabled", actual: "disabled")],
                    mend: findings.mending.enableStreamQueues
                )
            )
        default:
            findings.warnings.append(
                .init(
                    .unknown,
                    "whether dead-lettering is at least once is not known without the management API: "
                        + (refusal.map { "\($0.code) \($0.text)" } ?? "the broker took a question that it should refuse")
                )
            )
        }
    }
}
