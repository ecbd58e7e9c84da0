import AMQP
import Foundation
import LocalServers
import RabbitMQ
import TestKit
import Testing

/// The files of a TLS connection: wrong ones, and ones that are replaced.
@Suite(.timeLimit(.minutes(2))) struct TLSFilesTests {
    @Test func `good files are taken`() async throws {
        let certificates = try await TestCertificates.shared()
        try TLSConfiguration().check()
        try Self.configuration(certificates, certificate: "client", key: "client").check()
    }

    @Test(
        arguments: [
            ("nowhere.pem", "client.pem", "client.key", "nowhere.pem can't be used: No such file"),
            ("rubbish.pem", "client.pem", "client.key", "rubbish.pem can't be used: there is no certificate"),
            ("ours.pem", "nowhere.pem", "client.key", "nowhere.pem can't be used: No such file"),
            ("ours.pem", "rubbish.pem", "client.key", "rubbish.pem can't be used: there is no usable certificate"),
            ("ours.pem", "client.pem", "nowhere.key", "nowhere.key can't be used: No such file"),
            ("ours.pem", "client.pem", "rubbish.key", "rubbish.key can't be used: there is no private key"),
            ("ours.pem", "client.pem", "locked.key", "locked.key can't be used: its private key has a passphrase"),
            ("ours.pem", "client.pem", "nobody.key", "does not belong to the certificate in"),
            ("ours.pem", "client.pem", "rsa.key", "does not belong to the certificate in"),
        ]
    )
    func `a wrong file is named with what is wrong, when it is checked and when it is used`(
        authorities: String,
        certificate: String,
        key: String,
        reason: String
    ) async throws {
        let folder = try await TestCertificates.shared().folder
        func path(_ name: String) -> String { folder.appending(path: name).path }
        let tls = TLSConfiguration(
            authorities: .file(path(authorities)),
            identity: .init(certificateFile: path(certificate), keyFile: path(key))
        )
        let problem = try #require(throws: TLSProblem.self) { try tls.check() }
        #expect(problem.description.contains(reason), "\(problem)")
        let configuration = RabbitMQConfiguration(address: AMQPAddress(port: 1, usesTLS: true), tls: tls)
        let administration = RabbitMQAdministration(configuration: configuration, logger: .quiet)
        await #expect(throws: BrokerFailure.untrusted(host: "127.0.0.1", port: 1, problem)) {
            try await administration.tlsSession()
        }
    }

    @Test(
        .enabled(if: RabbitMQServer.isPrivate),
        arguments: [
            ("expired", "has expired"), ("stranger", "unknown authority"), ("elsewhere", "not for localhost"),
        ]
    )
    func `it goes on trying, says why, and is back when the server's certificate is replaced`(
        bad: String,
        reason: String
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UniqueNames("replaced").prefix)
        let certificates = try await TestCertificates.shared().copied(to: folder)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Self.replace("server", with: bad, in: folder)
        let broker = try AMQPAddress(try await RabbitMQServer.shared().url)
        let peers = try await TLSPeers.start([TLSTests.tls(certificates, "server")], before: broker.port)
        defer { peers.letGo() }
        let configuration = RabbitMQConfiguration(
            address: AMQPAddress(host: "localhost", port: peers[0], usesTLS: true),
            backoff: Backoff(initial: .milliseconds(20), ceiling: .milliseconds(100)),
            tls: TLSConfiguration(authorities: .file(certificates.certificate("ours")))
        )
        let queue = UniqueNames("replaced").quorumQueue("queue")
        let publisher = RabbitMQPublisher(
            configuration: configuration,
            topology: Topology(queues: [queue]),
            logger: .quiet
        )
        let consumer = RabbitMQConsumer(
            configuration: configuration,
            subscriptions: [QueueSubscription(queue: queue.name, prefetch: Prefetch(1))],
            topology: Topology(queues: [queue]),
            logger: .quiet
        )
        try await eventually("both say why: \(consumer.status)", within: .seconds(10)) {
            consumer.status.trouble?.contains(reason) == true && publisher.status.trouble?.contains(reason) == true
        }
        try Self.replace("server", with: "right", in: folder)
        try await eventually("both are back: \(consumer.status)", within: .seconds(10)) {
            consumer.status.consuming == [queue.name] && publisher.status.canConfirm
        }
        #expect(consumer.status.trouble == nil)
        await publisher.close()
        await consumer.close()
    }

    private static func configuration(
        _ certificates: TestCertificates,
        certificate: String,
        key: String
    ) -> TLSConfiguration {
        TLSConfiguration(
            authorities: .file(certificates.certificate("ours")),
            identity: .init(certificateFile: certificates.certificate(certificate), keyFile: certificates.key(key))
        )
    }

    private static func replace(_ name: String, with other: String, in folder: URL) throws {
        for kind in ["key", "pem"] {
            let source = try Data(contentsOf: folder.appending(path: "\(other).\(kind)"))
            try source.write(to: folder.appending(path: "\(name).\(kind)"), options: .atomic)
        }
    }
}
