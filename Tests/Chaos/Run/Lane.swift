import AMQP
import Foundation
import LocalServers
import Logging
import RabbitMQ
import SentinelEMS

/// A broker and an EMS of its own, in which cells run one after the other.
///
/// Servers and queues stay from cell to cell, so that a cell costs little; that they are empty after it is a check.
final class Lane: Sendable {
    let number: Int
    let server: RabbitMQServer
    let sandbox: Sandbox
    /// Lines from workers to the broker and to EMS, to be cut.
    let brokerCable: Cable
    let emsCable: Cable
    /// The line to the ledger's server, where there is one.
    let ledgerCable: Cable?
    let folder: URL
    let publisher: RabbitMQPublisher
    let administration: RabbitMQAdministration
    private let configuration: RabbitMQConfiguration

    static func start(_ number: Int, in folder: URL, _ ledgers: Ledgers) async throws -> Lane {
        let own = folder.appending(path: "lane-\(number)")
        try FileManager.default.createDirectory(at: own, withIntermediateDirectories: true)
        async let server = RabbitMQServer.dedicated()
        async let sandbox = Sandbox.start(in: own)
        return try Lane(number, try await server, try await sandbox, own, ledgers.port)
    }

    private init(
        _ number: Int,
        _ server: RabbitMQServer,
        _ sandbox: Sandbox,
        _ folder: URL,
        _ ledgerPort: Int?
    ) throws {
        self.number = number
        self.server = server
        self.sandbox = sandbox
        self.folder = folder
        let quiet = Logger(label: "chaos") { _ in SwiftLogNoOpLogHandler() }
        configuration = RabbitMQConfiguration(address: try AMQPAddress(server.url))
        publisher = RabbitMQPublisher(configuration: configuration, logger: quiet)
        administration = RabbitMQAdministration(configuration: configuration, logger: quiet)
        let port = server.url.split(separator: ":").last.flatMap { Int($0.prefix { $0.isNumber }) } ?? 0
        brokerCable = try Cable(to: port)
        emsCable = try Cable(to: sandbox.port)
        ledgerCable = try ledgerPort.map { try Cable(to: $0) }
    }

    /// The settings of workers that go through the cables.
    var environment: [String: String] {
        [
            "AMQP_URL": "amqp://guest:guest@127.0.0.1:\(brokerCable.port)/",
            "EMS_URL": "http://127.0.0.1:\(emsCable.port)/ems",
            "EMS_USERNAME": "sandbox", "EMS_PASSWORD": "sandbox", "HTTP_PORT": "0",
        ]
    }

    /// A subscriber to every outcome of that prefix; the topology must be there.
    func listen(_ prefix: String) async throws -> EventsLog {
        let queue = QueueName("\(prefix).subscriber")
        _ = try await administration.declare(
            Topology(
                queues: [.init(queue, arguments: ["x-queue-type": "quorum", "x-delivery-limit": 1_000_000])],
                bindings: [.init(ExchangeName("\(prefix).events"), to: queue, routingKey: "#")]
            )
        )
        let quiet = Logger(label: "chaos") { _ in SwiftLogNoOpLogHandler() }
        return EventsLog(configuration, queue: queue, logger: quiet)
    }

    /// Publishes until the broker confirms, as the contract asks of publishers.
    func publish(_ message: Plan.Message, prefix: String) async throws {
        let publishing = Publishing(
            exchange: ExchangeName("\(prefix).commands"),
            routingKey: RoutingKey(message.routingKey),
            properties: Properties(contentType: "application/cloudevents+json", deliveryMode: .persistent),
            body: message.body
        )
        let deadline = ContinuousClock.now + .seconds(120)
        while true {
            do throws(PublishFailure) {
                return try await publisher.publish(publishing)
            } catch {
                guard ContinuousClock.now < deadline else { throw error }
                await pausing(0.1)
            }
        }
    }

    func end() async {
        await publisher.close()
        await sandbox.end()
        await server.close()
    }
}
