import AMQP
import LocalServers
import RabbitMQ
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2)), .enabled(if: RabbitMQServer.isPrivate)) struct TLSTests {
    @Test func `messages go out and come in over TLS`() async throws {
        let tls = try #require(try await RabbitMQServer.shared().tls)
        let configuration = RabbitMQConfiguration(
            address: try AMQPAddress(tls.url),
            tls: TLSConfiguration(authorities: .file(tls.certificate))
        )
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

    @Test(arguments: [("right", "localhost"), ("address", "127.0.0.1")])
    func `a certificate for the name or the address is taken`(certificate: String, host: String) async throws {
        let certificates = try await TestCertificates.shared()
        let session = try #require(try await Self.session(with: Self.tls(certificates, certificate), host: host))
        #expect(session.serverCertificateExpiry > 1_700_000_000)
        #expect(session.clientCertificateExpiry == nil)
    }

    @Test(arguments: [("TLSv1_2", "TLSv1.2"), ("TLSv1_3", "TLSv1.3")])
    func `TLS 1 2 and 1 3 are spoken`(only: String, version: String) async throws {
        let certificates = try await TestCertificates.shared()
        let peer = Self.tls(certificates, "right", lowest: only, highest: only)
        #expect(try await Self.session(with: peer)?.version == version)
    }

    @Test(
        arguments: [
            ("expired", "localhost", "has expired: 'CN=broker' was valid until 20"),
            ("stranger", "localhost", "unknown authority: 'CN=broker' comes from 'CN=Somebody Else'"),
            ("self-signed", "localhost", "unknown authority: 'CN=alone' comes from 'CN=alone'"),
            ("elsewhere", "localhost", "not for localhost, but for elsewhere.test, 10.1.2.3"),
            ("right", "127.0.0.1", "not for 127.0.0.1, but for localhost"),
            ("address", "localhost", "not for localhost, but for 127.0.0.1, ::1"),
        ]
    )
    func `a certificate that can't be trusted is refused with the reason`(
        certificate: String,
        host: String,
        reason: String
    ) async throws {
        let certificates = try await TestCertificates.shared()
        let text = try await Self.refusal(by: Self.tls(certificates, certificate), host: host)
        #expect(text.hasPrefix("No trusted TLS connection to RabbitMQ at \(host):"), "\(text)")
        #expect(text.contains(reason), "\(text)")
        if reason.contains("unknown") { #expect(text.contains(certificates.certificate("ours")), "\(text)") }
    }

    @Test func `what is too old, no TLS, silent or gone is refused with the reason, within the deadline`() async throws
    {
        let certificates = try await TestCertificates.shared()
        let old = Self.tls(certificates, "right", lowest: "TLSv1", highest: "TLSv1_1")
        for (peer, reason) in [
            (old, "speaks no TLS 1.2"), (.plain, "does not speak TLS. Use the port for TLS"),
            (.silent, "no answer in time"), (.closing, "closed the connection; does it speak TLS"),
        ] {
            let text = try await Self.refusal(by: peer)
            #expect(text.contains(reason), "\(text)")
        }
    }

    @Test func `a port for TLS without TLS is refused with the reason`() async throws {
        let tls = try #require(try await RabbitMQServer.shared().tls)
        var address = try AMQPAddress(tls.url)
        address.usesTLS = false
        let administration = RabbitMQAdministration(
            configuration: RabbitMQConfiguration(address: address),
            logger: .quiet
        )
        let error = await #expect(throws: BrokerFailure.self) { try await administration.verify(Topology()) }
        #expect(error?.description.contains("must begin with amqps://") == true, "\(String(describing: error))")
    }

    @Test func `a certificate that nobody on this system knows is refused`() async throws {
        let certificates = try await TestCertificates.shared()
        let text = try await Self.refusal(by: Self.tls(certificates, "right"), trusting: .system)
        #expect(text.contains("'CN=Test Authority', which is not among the system's authorities"), "\(text)")
        #expect(text.contains("AMQP_CA_FILE"), "\(text)")
    }

    // MARK: Parts

    static func tls(
        _ certificates: TestCertificates,
        _ name: String,
        lowest: String = "TLSv1_2",
        highest: String = "TLSv1_3"
    ) -> TLSPeers.Peer {
        .tls(
            certificate: certificates.certificate(name),
            key: certificates.key(name),
            lowest: lowest,
            highest: highest
        )
    }

    private static func administration(
        _ host: String,
        _ port: Int,
        _ authorities: TLSConfiguration.Authorities?
    ) async throws -> RabbitMQAdministration {
        let ours = try await TestCertificates.shared().certificate("ours")
        var configuration = RabbitMQConfiguration(
            address: AMQPAddress(host: host, port: port, usesTLS: true),
            tls: TLSConfiguration(authorities: authorities ?? .file(ours))
        )
        configuration.connectTimeout = .seconds(2)
        return RabbitMQAdministration(configuration: configuration, logger: .quiet)
    }

    private static func session(with peer: TLSPeers.Peer, host: String = "localhost") async throws -> TLSSession? {
        let broker = try AMQPAddress(try await RabbitMQServer.shared().url)
        let peers = try await TLSPeers.start([peer], before: broker.port)
        defer { peers.letGo() }
        return try await administration(host, peers[0], nil).tlsSession()
    }

    private static func refusal(
        by peer: TLSPeers.Peer,
        host: String = "localhost",
        trusting authorities: TLSConfiguration.Authorities? = nil
    ) async throws -> String {
        let broker = try AMQPAddress(try await RabbitMQServer.shared().url)
        let peers = try await TLSPeers.start([peer], before: broker.port)
        defer { peers.letGo() }
        let administration = try await administration(host, peers[0], authorities)
        let begin = ContinuousClock.now
        let error = await #expect(throws: BrokerFailure.self) { try await administration.tlsSession() }
        #expect(ContinuousClock.now - begin < .seconds(20))
        guard let error, case .untrusted(host, peers[0], _) = error else { return "\(String(describing: error))" }
        return error.description
    }
}
