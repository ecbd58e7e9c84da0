import AMQP
import Foundation
import LocalServers
import RabbitMQ
import TestKit
import Testing

/// A broker that demands client certificates and takes them as log-in.
@Suite(.timeLimit(.minutes(2)), .enabled(if: RabbitMQServer.isPrivate)) struct MutualTLSTests {
    @Test func `a client certificate logs in by itself, or goes with a password`() async throws {
        let broker = try await Self.broker()
        for authentication in [Authentication.certificate, .password] {
            var configuration = try await Self.configuration(broker, "client")
            configuration.authentication = authentication
            // A user that isn't there: with EXTERNAL the address's user counts for nothing.
            if authentication == .certificate { configuration.address.user = "no such user" }
            let administration = RabbitMQAdministration(configuration: configuration, logger: .quiet)
            let session = try #require(try await administration.tlsSession())
            #expect(try #require(session.clientCertificateExpiry) > 1_700_000_000)
            let queue = UniqueNames("external").quorumQueue("queue")
            try await administration.declare(Topology(queues: [queue]))
            #expect(try await administration.queueDepth(queue.name).messages == 0)
        }
    }

    @Test(
        arguments: [
            (nil, "wants a client certificate, and there is none"),
            ("client-stranger", "does not accept our client certificate"),
            ("client-expired", "does not accept our client certificate"),
        ] as [(String?, String)]
    )
    func `the broker's refusal of a client certificate is told, in either version of TLS`(
        certificate: String?,
        reason: String
    ) async throws {
        let broker = try await Self.broker()
        let certificates = try await TestCertificates.shared()
        // The broker speaks TLS 1.3, where the refusal comes after the handshake; the other peer only 1.2.
        let peers = try await TLSPeers.start(
            [
                .mutual(
                    certificate: certificates.certificate("right"),
                    key: certificates.key("right"),
                    authority: certificates.certificate("ours"),
                    highest: "TLSv1_2"
                )
            ],
            before: 1
        )
        defer { peers.letGo() }
        var configuration = try await Self.configuration(broker, certificate)
        // Several times: a server that is quick has closed before we say the first word.
        for port in Array(repeating: configuration.address.port, count: 5) + [peers[0]] {
            configuration.address.port = port
            let administration = RabbitMQAdministration(configuration: configuration, logger: .quiet)
            let error = await #expect(throws: BrokerFailure.self) { try await administration.tlsSession() }
            let text = try #require(error).description
            #expect(text.contains(reason), "\(text)")
            #expect(text.contains("localhost:\(port)"), "\(text)")
        }
    }

    @Test func `a certificate whose name is no user is refused with that name`() async throws {
        var configuration = try await Self.configuration(try await Self.broker(), "nobody")
        configuration.authentication = .certificate
        let administration = RabbitMQAdministration(configuration: configuration, logger: .quiet)
        let error = await #expect(throws: BrokerFailure.self) { try await administration.tlsSession() }
        guard case .loginRefused(_, _, "CN=nobody", "/", let reason)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("403"), "\(reason)")
    }

    @Test func `a broker without EXTERNAL is told from one that refuses`() async throws {
        let tls = try #require(try await RabbitMQServer.shared().tls)
        let certificates = try await TestCertificates.shared()
        let configuration = RabbitMQConfiguration(
            address: try AMQPAddress(tls.url),
            tls: TLSConfiguration(
                authorities: .file(tls.certificate),
                identity: .init(
                    certificateFile: certificates.certificate("client"),
                    keyFile: certificates.key("client")
                )
            ),
            authentication: .certificate
        )
        let administration = RabbitMQAdministration(configuration: configuration, logger: .quiet)
        let error = await #expect(throws: BrokerFailure.self) { try await administration.tlsSession() }
        #expect(error?.description.contains("rabbitmq_auth_mechanism_ssl") == true, "\(String(describing: error))")
    }

    @Test func `logging in with a certificate needs TLS and a certificate`() async throws {
        for usesTLS in [false, true] {
            let configuration = RabbitMQConfiguration(
                address: AMQPAddress(port: 1, usesTLS: usesTLS),
                authentication: .certificate
            )
            let administration = RabbitMQAdministration(configuration: configuration, logger: .quiet)
            await #expect(throws: BrokerFailure.untrusted(host: "127.0.0.1", port: 1, .noIdentity)) {
                try await administration.tlsSession()
            }
        }
    }

    // MARK: Parts

    /// One broker for the suite.
    private static func broker() async throws -> RabbitMQServer { try await started.value }

    private static let started = Task.detached {
        let certificates = try await TestCertificates.shared()
        let server = try await RabbitMQServer.dedicated(
            plugins: ["rabbitmq_auth_mechanism_ssl"],
            configuration: [
                "ssl_options.cacertfile = \(certificates.certificate("ours"))",
                "ssl_options.certfile = \(certificates.certificate("right"))",
                "ssl_options.keyfile = \(certificates.key("right"))",
                "ssl_options.verify = verify_peer",
                "ssl_options.fail_if_no_peer_cert = true",
                "auth_mechanisms.1 = EXTERNAL",
                "auth_mechanisms.2 = PLAIN",
            ]
        )
        try await server.control("add_user", "CN=order-worker", "unused")
        try await server.control("set_permissions", "CN=order-worker", "^", "^", "^")
        return server
    }

    private static func configuration(
        _ broker: RabbitMQServer,
        _ certificate: String?
    ) async throws -> RabbitMQConfiguration {
        let certificates = try await TestCertificates.shared()
        let tls = try #require(broker.tls)
        var configuration = RabbitMQConfiguration(address: try AMQPAddress(tls.url))
        configuration.tls.authorities = .file(certificates.certificate("ours"))
        configuration.tls.identity = certificate.map {
            .init(certificateFile: certificates.certificate($0), keyFile: certificates.key($0))
        }
        return configuration
    }
}
