import AMQP
import Foundation
import LocalServers
import RabbitMQ
import RabbitMQManagement
import TestKit

/// A virtual host of its own on a node that belongs to the test, and an operator's hands on it.
struct BrokerCorner: Sendable {
    let server: RabbitMQServer
    let topology: Topology
    let virtualHost: String
    private let address: AMQPAddress
    private let management: RabbitMQManagement
    let adminOptions: String

    /// Makes the virtual host.
    init(_ server: RabbitMQServer, topology: Topology) async throws {
        self.server = server
        self.topology = topology
        // A name that needs quoting everywhere.
        virtualHost = "a corner \(UniqueNames().prefix)"
        var address = try AMQPAddress(server.url)
        address.virtualHost = virtualHost
        self.address = address
        let url = try server.managementURL.map { try ManagementAddress($0) } ?? ManagementAddress("http://127.0.0.1:1")
        management = RabbitMQManagement(address: url)
        adminOptions = "--host=127.0.0.1 --port=\(url.base.split(separator: ":").last ?? "")"
        try await server.shell(
            "rabbitmqctl -q add_vhost '\(virtualHost)' && rabbitmqctl -q set_permissions -p '\(virtualHost)' guest '.*' '.*' '.*'"
        )
    }

    var configuration: RabbitMQConfiguration { RabbitMQConfiguration(address: address) }
    var administration: RabbitMQAdministration { .init(configuration: configuration, logger: .quiet) }

    func administration(as user: String) -> RabbitMQAdministration {
        var configuration = configuration
        (configuration.address.user, configuration.address.password) = (user, user)
        return RabbitMQAdministration(configuration: configuration, logger: .quiet)
    }

    func compareByManagement(user: String = "guest") async throws -> TopologyReport {
        try await management.compare(topology, virtualHost: virtualHost, user: user)
    }

    /// The differences that are returned, or thrown.
    func differences(_ body: () async throws -> [TopologyDifference]) async -> [TopologyDifference] {
        do {
            return try await body()
        } catch {
            guard case .topology(let differences)? = error as? BrokerFailure else { return [] }
            return differences
        }
    }

    /// Throws when anybody sees a difference.
    func isAsRequired() async throws {
        let report = try await administration.compare(topology).completed(by: compareByManagement())
        guard report.isAsRequired else {
            throw NotInTime(description: report.differences.map(\.description).joined(separator: "; "))
        }
    }

    /// `rabbitmqctl` with that virtual host.
    func control(_ command: String, _ rest: String) async throws {
        try await server.shell("rabbitmqctl -q \(command) -p '\(virtualHost)' \(rest)")
    }

    /// A user with these permissions, whose password is the name.
    func addUser(configure: String, write: String, read: String) async throws -> String {
        let name = UniqueNames("user").prefix
        try await server.shell("rabbitmqctl -q add_user \(name) \(name)")
        try await control("set_permissions", "\(name) '\(configure)' '\(write)' '\(read)'")
        return name
    }

    func publish(_ texts: [String], to queue: QueueName) async throws {
        let publisher = RabbitMQPublisher(configuration: configuration, logger: .quiet)
        for text in texts {
            try await publisher.publish(
                Publishing(
                    exchange: .default,
                    routingKey: RoutingKey(queue.rawValue),
                    properties: Properties(deliveryMode: .persistent),
                    body: Array(text.utf8)
                )
            )
        }
        await publisher.close()
    }

    /// Does what the difference says, command by command, as it is printed.
    func mend(_ difference: TopologyDifference) async throws {
        for step in difference.mend {
            switch step {
            case .advise: continue
            case .declare:
                // What another difference stands in the way of is declared with that one.
                _ = await differences {
                    try await administration.declare(topology)
                    return []
                }
            case .run(let command, _):
                try await server.shell(command)
                guard command.contains("shovel"), command.contains("set_parameter") else { continue }
                // What a person waits for with list_queues.
                let isReturn = command.contains("return-")
                guard case .queue(let queue) = difference.subject else { continue }
                let source = isReturn ? QueueName("\(queue).kept") : queue
                try await eventually("the shovel has moved everything out of \(source)") {
                    try await administration.queueDepth(source) == .init(messages: 0, consumers: 0)
                }
            }
        }
    }
}
