import AMQP
import LocalServers
import Logging
import RabbitMQ
import TestKit

/// RabbitMQ over librabbitmq, as the conformance suite sees it.
struct RabbitMQUnderTest: BrokerUnderTest {
    let server: RabbitMQServer
    let configuration: RabbitMQConfiguration

    init(_ server: RabbitMQServer) throws {
        self.server = server
        configuration = try RabbitMQConfiguration(
            address: AMQPAddress(server.url),
            backoff: Backoff(initial: .milliseconds(50), ceiling: .milliseconds(500))
        )
    }

    static func shared() async throws -> RabbitMQUnderTest { try RabbitMQUnderTest(await RabbitMQServer.shared()) }

    var administration: RabbitMQAdministration {
        RabbitMQAdministration(configuration: configuration, logger: .quiet)
    }

    func declare(_ topology: Topology) async throws {
        do throws(BrokerFailure) {
            try await administration.declare(topology)
        } catch {
            guard case .topology(let differences) = error else { throw error }
            throw RefusedTopology(differences)
        }
    }

    func consumer(_ subscriptions: [QueueSubscription]) async throws -> any DeliverySource {
        RabbitMQConsumer(configuration: configuration, subscriptions: subscriptions, logger: .quiet)
    }

    func publisher() async throws -> any Publisher { RabbitMQPublisher(configuration: configuration, logger: .quiet) }

    func depth(of queue: QueueName) async throws -> Int { try await administration.queueDepth(queue).messages }

    func cutConnections() async throws { try await server.control("close_all_connections", "cut") }
}

extension Logger {
    /// For tests that break things on purpose.
    static var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .error
        return logger
    }
}
