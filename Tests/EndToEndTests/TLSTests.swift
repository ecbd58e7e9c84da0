import AMQP
import Foundation
import LocalServers
import RabbitMQ
import TestKit
import Testing

/// The worker and its commands over `amqps://`.
@Suite(.timeLimit(.minutes(2)), .enabled(if: RabbitMQServer.isPrivate)) struct TLSTests {
    @Test func `every command that talks to the broker trusts the file, or the system's authorities, and says why not`()
        async throws
    {
        let certificates = try await TestCertificates.shared()
        try await World.run { world in
            let peers = try await Self.peers(world, ["right", "expired"])
            defer { peers.letGo() }
            let ours = certificates.certificate("ours")
            let good = ["AMQP_URL": Self.url(peers[0]), "AMQP_CA_FILE": ours]
            let check = try await world.order("check", more: good)
            #expect(check.status == 0, "\(check)")
            #expect(check.output.contains("TLSv1.3, the server's certificate is good until 20"), "\(check)")
            for command in [["topology", "check"], ["topology", "apply"], ["dead-letters", "list"]] {
                let ended = try await Program.orderWorker(
                    command,
                    environment: world.settings.merging(good) { $1 },
                    in: world.folder
                )
                #expect(ended.status == 0, "\(command): \(ended)")
            }
            let publish = [
                "publish", "--no-wait", "--operation", "view-entitlement", "--data", #"{"subscriptionId":"S"}"#,
            ]
            let published = try await Program.orderWorker(
                publish,
                environment: world.settings.merging(good) { $1 },
                in: world.folder
            )
            #expect(published.status == 0, "\(published)")

            let system = ["AMQP_URL": Self.url(peers[0]), "SSL_CERT_FILE": ours]
            let byEnvironment = try await world.order("topology", "check", more: system)
            #expect(byEnvironment.status == 0, "\(byEnvironment)")

            let unknown = try await world.order("topology", "check", more: ["AMQP_URL": Self.url(peers[0])])
            #expect(unknown.status == 1, "\(unknown)")
            #expect(unknown.errors.contains("signed by an unknown authority"), "\(unknown)")
            let expired = ["AMQP_URL": Self.url(peers[1]), "AMQP_CA_FILE": ours]
            let refused = try await world.order("check", more: expired)
            #expect(refused.status == 1, "\(refused)")
            #expect(refused.output.contains("certificate has expired"), "\(refused)")
        }
    }

    @Test func `a worker over TLS does its work, and its metrics say when the certificate ends`() async throws {
        let certificates = try await TestCertificates.shared()
        try await World.run { world in
            let peers = try await Self.peers(world, ["right"])
            defer { peers.letGo() }
            let worker = try await world.startWorker([
                "AMQP_URL": Self.url(peers[0]), "AMQP_CA_FILE": certificates.certificate("ours"),
            ])
            try await world.send("cmd-1", "create-subscription", "SUB-1", OrderData.creation)
            #expect(try await world.outcome(of: "cmd-1").outcome == "succeeded")
            let url = try #require(worker.url)
            let metrics = try await HTTP.send("GET", "\(url)/metrics").text
            let sample = #"rabbitmq_certificate_expiry_timestamp_seconds{certificate="server"} "#
            let line = try #require(metrics.split(separator: "\n").first { $0.hasPrefix(sample) })
            #expect(try #require(Int(line.dropFirst(sample.count))) > 1_700_000_000)
        }
    }

    @Test(
        arguments: [
            ("AMQP_CA_FILE", "/nowhere.pem", "No such file"), ("AMQP_CERTIFICATE_FILE", "/nowhere.pem", "No such file"),
            ("AMQP_AUTHENTICATION", "token", "password or certificate"),
        ]
    )
    func `A wrong TLS setting ends with 78 and a sentence`(key: String, value: String, reason: String) async throws {
        let folder = try await TestCertificates.shared().folder
        var environment = [
            "AMQP_URL": "amqps://localhost:1/", "EMS_URL": "http://127.0.0.1:1/ems", "EMS_USERNAME": "u",
            "EMS_PASSWORD": "p", "AMQP_KEY_FILE": folder.appending(path: "client.key").path,
            "AMQP_CERTIFICATE_FILE": folder.appending(path: "client.pem").path,
        ]
        environment[key] = value
        for command in [["run"], ["check"], ["topology", "apply"], ["dead-letters", "list"]] {
            let ended = try await Program.orderWorker(command, environment: environment, in: folder)
            #expect(ended.status == 78, "\(ended)")
            #expect(ended.errors.contains(key) && ended.errors.contains(value), "\(ended)")
            #expect(ended.errors.contains(reason), "\(ended)")
        }
    }

    private static func peers(_ world: World, _ names: [String]) async throws -> TLSPeers {
        let certificates = try await TestCertificates.shared()
        let broker = try AMQPAddress(world.server.url)
        return try await TLSPeers.start(
            names.map { .tls(certificate: certificates.certificate($0), key: certificates.key($0)) },
            before: broker.port
        )
    }

    private static func url(_ port: Int) -> String { "amqps://guest:guest@localhost:\(port)/" }
}
