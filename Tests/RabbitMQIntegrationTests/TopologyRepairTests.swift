import AMQP
import Foundation
import LocalServers
import OrderFulfilment
import RabbitMQ
import RabbitMQManagement
import SubscriptionLifecycle
import TestKit
import Testing

/// Differences of the worker's own topology, found over AMQP and the management API, and mended with the commands that
/// they name.
///
/// One node of its own with the management plugin, one test at a time: each has a virtual host.
@Suite(.serialized, .timeLimit(.minutes(3)), .enabled(if: RabbitMQServer.isPrivate))
struct TopologyRepairTests {
    private static let server = Task.detached {
        try await RabbitMQServer.dedicated(plugins: ["rabbitmq_management", "rabbitmq_shovel"])
    }

    private let orders = OrderTopology(prefix: "orders")

    /// A virtual host with a name that needs quoting, and the topology in it.
    private func corner(declares: Bool = true) async throws -> BrokerCorner {
        let corner = try await BrokerCorner(Self.server.value, topology: orders.topology)
        if declares { try await corner.administration.declare(orders.topology) }
        return corner
    }

    @Test func `a topology as declared is as required, for both who look`() async throws {
        let corner = try await corner()
        let amqp = try await corner.administration.compare(orders.topology)
        #expect(amqp.differences == [])
        #expect(amqp.warnings.map(\.kind) == [.notCompared], "only the bindings: \(amqp.warnings)")
        #expect(amqp.product?.name == "RabbitMQ")
        let management = try await corner.compareByManagement()
        #expect(management.differences == [])
        #expect(management.warnings.map(\.kind) == [.condition], "only the one node: \(management.warnings)")
        #expect(management.product == amqp.product)
    }

    @Test func `the commands replace a queue without losing its messages, and an exchange`() async throws {
        let corner = try await corner(declares: false)
        let queue = orders.queue(.cancelSubscription)
        try await corner.administration.declare(
            Topology(
                exchanges: [.init(orders.commands, .topic)],
                queues: [.init(queue, arguments: ["x-queue-type": "quorum", "x-max-length": 1000])]
            )
        )
        try await corner.publish(["a", "b", "c"], to: queue)
        let amqp = await corner.differences { try await corner.administration.compare(orders.topology).differences }
        #expect(amqp.filter { $0.kind == .different }.map(\.subject) == [.exchange(orders.commands), .queue(queue)])
        #expect(
            amqp.first { $0.subject == .exchange(orders.commands) }?.discrepancies
                == [.init(field: "type", required: "direct", actual: "topic")]
        )
        let differences = try await corner.compareByManagement().differences
        let fields = differences.first { $0.subject == .queue(queue) }?.discrepancies.map(\.field) ?? []
        #expect(fields.contains("x-max-length") && fields.contains("x-overflow"), "\(fields)")
        for difference in differences where difference.kind == .different { try await corner.mend(difference) }
        try await corner.isAsRequired()
        #expect(try await corner.administration.queueDepth(queue).messages == 3)
    }

    @Test func `a policy that breaks dead-lettering is found, and removing it mends`() async throws {
        let corner = try await corner()
        try await corner.control("set_policy", #"'my policy' '^orders' '{"overflow":"drop-head"}' --apply-to queues"#)
        try await corner.control("set_operator_policy", #"limits '^orders.renew' '{"max-length":5}' --apply-to queues"#)
        try await eventually("RabbitMQ notes the fall-back in its log") {
            corner.server.log.contains("Falling back to dead-letter-strategy at-most-once")
        }
        let differences = try await corner.compareByManagement().differences
        #expect(differences.allSatisfy { $0.kind == .overridden })
        #expect(differences.count { $0.text.contains("falls back to at most once") } == OrderOperation.allCases.count)
        let renewal = differences.first { $0.subject == .queue(orders.queue(.renewSubscription)) }
        #expect(renewal?.discrepancies.map(\.field) == ["max-length", "overflow"])
        if let renewal { try await corner.mend(renewal) }
        try await corner.isAsRequired()
    }

    @Test func `bindings that are missing or too many are found`() async throws {
        let corner = try await corner()
        let (source, target) = (orders.commands, orders.queue(.renewSubscription))
        try await corner.administration.declare(
            Topology(bindings: [.init(source, to: target, routingKey: "a key")])
        )
        let warning = try #require(try await corner.compareByManagement().warnings.first { $0.kind == .unwanted })
        let command = try #require(warning.text.split(separator: "with: ").last)
        try await corner.server.shell("\(command) \(corner.adminOptions)")
        #expect(try await corner.compareByManagement().warnings.allSatisfy { $0.kind != .unwanted })
        try await corner.administration.delete(exchange: source)
        try await corner.administration.declare(Topology(exchanges: orders.topology.exchanges))
        let missing = try await corner.compareByManagement().differences
        #expect(missing.count == OrderOperation.allCases.count && missing.allSatisfy { $0.mend == [.declare] })
        // AMQP alone can't tell.
        #expect(try await corner.administration.compare(orders.topology).differences == [])
    }

    @Test func `printed definitions are imported as what is required`() async throws {
        let corner = try await corner(declares: false)
        let text = try TopologyDefinitions.json(orders.topology, virtualHost: corner.virtualHost)
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json")
        try text.write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        try await corner.server.shell("rabbitmqctl -q import_definitions \(file.path)")
        try await corner.isAsRequired()
    }

    @Test func `a user who may not declare finds what is there, and is told what was not compared`() async throws {
        let corner = try await corner()
        let watcher = try await corner.addUser(configure: "^$", write: "^orders", read: "^orders")
        let administration = corner.administration(as: watcher)
        let warnings = try await administration.declare(orders.topology)
        #expect(warnings.count == orders.topology.exchanges.count + orders.topology.queues.count)
        #expect(warnings.allSatisfy { $0.kind == .notCompared && $0.text.contains("ACCESS_REFUSED") }, "\(warnings)")
        let report = try await administration.compare(orders.topology)
        #expect(report.isAsRequired && report.warnings.count == warnings.count + 2, "\(report)")
        let passive = try await administration.compare(orders.topology, passively: true)
        #expect(passive.isAsRequired && passive.warnings.count == 3, "\(passive)")
        let byManagement = try await corner.compareByManagement(user: watcher)
        #expect(byManagement.warnings.contains { $0.text.contains("may not configure") }, "\(byManagement)")

        try await corner.administration.delete(queue: orders.deadLetter)
        let refused = await corner.differences { try await administration.compare(orders.topology).differences }
        #expect(refused.map(\.subject) == [.queue(orders.deadLetter)] && refused.map(\.kind) == [.missing])
        let undeclared = await corner.differences {
            try await administration.declare(orders.topology)
            return []
        }
        #expect(undeclared.map(\.kind) == [.refused])
        if let first = undeclared.first { try await corner.mend(first) }
        try await administration.declare(orders.topology)
        #expect(try await administration.compare(orders.topology).warnings.map(\.kind) == [.notCompared])
    }

    @Test func `a management API that does not tell says why`() async throws {
        let corner = try await corner()
        let url = try #require(corner.server.managementURL)
        let wrong = try ManagementAddress(url.replacing("guest:guest", with: "guest:wr0ng"))
        let nowhere = try ManagementAddress("http://guest:guest@127.0.0.1:1")
        let amqp = try ManagementAddress(corner.server.url.replacing("amqp://", with: "http://"))
        var failures: [String] = []
        for address in [wrong, nowhere, amqp] {
            do throws(ManagementFailure) {
                _ = try await RabbitMQManagement(address: address, timeout: .seconds(1))
                    .compare(orders.topology, virtualHost: corner.virtualHost, user: "guest")
            } catch {
                failures.append("\(error)")
            }
        }
        #expect(failures.count == 3 && failures.allSatisfy { !$0.contains("wr0ng") }, "\(failures)")
        #expect(failures.first?.contains("refused the login") == true)
        let host = await #expect(throws: ManagementFailure.self) {
            try await RabbitMQManagement(address: try ManagementAddress(url))
                .compare(orders.topology, virtualHost: "nowhere", user: "guest")
        }
        guard case .refused(_, _, 404)? = host else {
            Issue.record("\(String(describing: host))")
            return
        }
    }
}

/// A node whose feature flag `stream_queue` is off, as after an upgrade from 3.8: RabbitMQ then dead-letters at most once.
@Suite(.serialized, .timeLimit(.minutes(2)), .enabled(if: RabbitMQServer.isPrivate))
struct SilentFallBackTests {
    @Test func `the silent fall-back is found with and without the management API, and mended`() async throws {
        let server = try await RabbitMQServer.dedicated(
            plugins: ["rabbitmq_management"],
            environment: ["RABBITMQ_FEATURE_FLAGS": "quorum_queue,implicit_default_bindings,virtual_host_metadata"]
        )
        defer { server.letGo() }
        let topology = OrderTopology().topology
        let corner = try await BrokerCorner(server, topology: topology)
        try await corner.administration.declare(topology)
        // It is real: the broker says so, to its log alone.
        try await eventually("RabbitMQ notes the fall-back in its log") {
            server.log.contains("at-most-once") && server.log.contains("because feature flag stream_queue is disabled")
        }
        let amqp = try await corner.administration.compare(topology).differences
        let management = try await corner.compareByManagement().differences
        for differences in [amqp, management] {
            #expect(differences.map(\.kind) == [.fallsBack])
            #expect(differences.map(\.subject) == [.broker("feature flag stream_queue")])
        }
        try await corner.mend(try #require(amqp.first))
        try await corner.isAsRequired()
        // Also in the queues that were there before.
        let state = "rabbit_amqqueue:list(<<\"\(corner.virtualHost)\">>)"
        let query =
            "[begin {ok, {_, S}, _} = ra:local_query(amqqueue:get_pid(Q), fun(X) -> X end), S end || Q <- \(state)]."
        try await server.shell("rabbitmqctl eval '\(query)' > $HOME/states; grep -q at_least_once $HOME/states")
        try await server.shell("! grep -q at_most_once $HOME/states")
    }
}
