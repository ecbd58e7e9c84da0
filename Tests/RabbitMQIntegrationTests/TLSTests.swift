import AMQP
import LocalServers
import RabbitMQ
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2)), .enabled(if: RabbitMQServer.isPrivate)) struct TLSTests {
    private func configuration(host: String = "localhost", authorities: String? = nil) async throws
        -> RabbitMQConfiguration
    {
        let tls = try #require(try await RabbitMQServer.shared().tls)
        var configuration = RabbitMQConfiguration(address: try AMQPAddress(tls.url))
        configuration.address.host = host
        configuration.tls.authorities = .file(authorities ?? tls.certificate)
        return configuration
    }

    @Test func `messages go out and come in over TLS`() async throws {
        let configuration = try await configuration()
        let queue = UniqueNames("tls").quorumQueue("queue")
        try await RabbitMQAdministration(configuration: configuration, logger: .quiet).declare(
            Topology(queues: [queue])
        )
        let publisher = RabbitMQPublisher(configuration: configuration, logger: .quiet)
        let body = (0..<500_000).map { UInt8(truncatingIfNeeded: $0) }
        for _ in 1...20 {
            try await publisher.publish(
                Publishing(
                    exchange: .default,
                    routingKey: RoutingKey(queue.name.rawValue),
                    properties: Properties(),
                    body: body
                )
            )
        }
        let consumer = RabbitMQConsumer(
            configuration: configuration,
            subscriptions: [QueueSubscription(queue: queue.name, prefetch: Prefetch(50))],
            logger: .quiet
        )
        let deliveries = try await DeliveryInbox(consumer).first(20)
        #expect(deliveries.allSatisfy { $0.message.body == body })
        await publisher.close()
        await consumer.close()
    }

    @Test(
        arguments: [
            ("localhost", "/etc/ssl/certs/ca-certificates.crt"), ("127.0.0.1", nil), ("localhost", "/nowhere.pem"),
        ] as [(String, String?)]
    )
    func `a certificate that is not trusted, or for another name, is no connection`(
        host: String,
        authorities: String?
    ) async throws {
        let configuration = try await configuration(host: host, authorities: authorities)
        let administration = RabbitMQAdministration(configuration: configuration, logger: .quiet)
        let error = await #expect(throws: BrokerFailure.self) { try await administration.verify(Topology()) }
        guard case .untrusted(_, _, let problem)? = error, case let reason = "certificate \(problem)" else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.lowercased().contains("ssl") || reason.contains("certificate"), "\(reason)")
    }
}
