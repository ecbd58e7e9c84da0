import AMQP
import Foundation
import LocalServers
import Logging
import RabbitMQ
import Synchronization
import TestKit
import Testing

/// A broker's corner, a sandbox and workers of its own for one test.
final class World: Sendable {
    let server: RabbitMQServer
    let sandbox: SandboxProcess
    let prefix: String
    let folder: URL
    let settings: [String: String]
    let configuration: RabbitMQConfiguration
    let publisher: RabbitMQPublisher
    private let subscriber = Mutex<(consumer: RabbitMQConsumer, inbox: DeliveryInbox)?>(nil)
    private let workers = Mutex<[WorkerProcess]>([])

    /// Runs the body in a world with its topology declared and a subscriber that listens to every outcome.
    static func run(
        server: RabbitMQServer? = nil,
        _ settings: [String: String] = [:],
        _ body: @Sendable (World) async throws -> Void
    ) async throws {
        let broker: RabbitMQServer = if let server { server } else { try await RabbitMQServer.shared() }
        let world = try World(server: broker, sandbox: await SandboxProcess.start(), settings)
        do {
            try await world.listen()
            try await body(world)
        } catch {
            await world.end()
            throw error
        }
        await world.end()
    }

    private init(server: RabbitMQServer, sandbox: SandboxProcess, _ more: [String: String]) throws {
        self.server = server
        self.sandbox = sandbox
        prefix = UniqueNames("e2e").prefix
        folder = FileManager.default.temporaryDirectory.appending(path: prefix)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let own = [
            "AMQP_URL": server.url, "EMS_URL": sandbox.baseURL, "EMS_USERNAME": "sandbox", "EMS_PASSWORD": "sandbox",
            "LEDGER_URL": "sqlite:\(folder.appending(path: "ledger.sqlite").path)", "TOPOLOGY_PREFIX": prefix,
            "HTTP_PORT": "0", "PREDECESSOR_WAIT": "20s", "LOG_LEVEL": "info",
        ]
        settings = own.merging(more) { $1 }
        configuration = RabbitMQConfiguration(address: try AMQPAddress(server.url))
        publisher = RabbitMQPublisher(configuration: configuration, logger: Self.quiet)
    }

    static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }

    var administration: RabbitMQAdministration {
        RabbitMQAdministration(configuration: configuration, logger: Self.quiet)
    }

    private func listen() async throws {
        let applied = try await order("topology", "apply")
        try #require(applied.status == 0, "\(applied)")
        let queue = QueueName("\(prefix).subscriber")
        let topology = Topology(
            queues: [.init(queue, arguments: ["x-queue-type": "quorum", "x-delivery-limit": 1_000_000])],
            bindings: [.init(ExchangeName("\(prefix).events"), to: queue, routingKey: "#")]
        )
        try await administration.declare(topology)
        let consumer = RabbitMQConsumer(
            configuration: configuration,
            subscriptions: [.init(queue: queue, prefetch: Prefetch(65_535))],
            logger: Self.quiet
        )
        let inbox = DeliveryInbox(consumer)
        subscriber.withLock { $0 = (consumer, inbox) }
    }

    private func end() async {
        // Side by side: what each has in hand may take its time.
        await withTaskGroup { group in
            for worker in workers.withLock({ $0 }) { group.addTask { await worker.program.end() } }
        }
        if let subscriber = subscriber.withLock({ $0 }) { await subscriber.consumer.close() }
        await publisher.close()
        await sandbox.end()
        if RabbitMQServer.isPrivate { try? FileManager.default.removeItem(at: folder) }
    }

    // MARK: Workers

    /// Starts a worker and waits until it is ready.
    ///
    /// `through` is a program that becomes the worker, which it finds behind the arguments.
    @discardableResult
    func startWorker(
        _ more: [String: String] = [:],
        waitsForReady: Bool = true,
        through: String? = nil,
        _ arguments: [String] = []
    ) async throws -> WorkerProcess {
        let number = workers.withLock(\.count) + 1
        let program = try await KeptProgram.start(
            through ?? Program.path("order-worker"),
            arguments + (through == nil ? [] : [Program.path("order-worker")]) + ["run"],
            environment: settings.merging(more) { $1 },
            logFile: folder.appending(path: "worker-\(number).log")
        )
        let worker = WorkerProcess(program: program)
        workers.withLock { $0.append(worker) }
        if waitsForReady { try await worker.becomesReady() }
        return worker
    }

    /// Runs a subcommand with the world's settings.
    func order(_ arguments: String..., more: [String: String] = [:]) async throws -> Program.Ended {
        try await Program.orderWorker(arguments, environment: settings.merging(more) { $1 }, in: folder)
    }

    // MARK: Messages

    /// Publishes bytes, again until the broker confirms, as the contract asks of publishers.
    func send(_ body: String, to operation: String, contentType: String = "application/cloudevents+json") async throws {
        let properties = Properties(contentType: contentType, deliveryMode: .persistent)
        let publishing = Publishing(
            exchange: ExchangeName("\(prefix).commands"),
            routingKey: RoutingKey(operation),
            properties: properties,
            body: Array(body.utf8)
        )
        var tries = 0
        while true {
            do throws(PublishFailure) { return try await publisher.publish(publishing) } catch {
                tries += 1
                guard tries < 50, case .unknown = error else { throw error }
            }
        }
    }

    /// Publishes a command; `data` is JSON text without its braces.
    func send(_ id: String, _ operation: String, _ subscription: String, _ data: String) async throws {
        let event = #"""
            {"specversion":"1.0","id":"\#(id)","source":"/shop","type":"orders.\#(operation).v1",
             "data":{"subscriptionId":"\#(subscription)"\#(data.isEmpty ? "" : ",")\#(data)}}
            """#
        try await send(event, to: operation)
    }

    /// Every outcome so far; a redelivery to the subscriber counts once.
    ///
    /// A redelivery may be the first that arrives: what was on its way when a connection was lost.
    var outcomes: [EventView] {
        let deliveries = subscriber.withLock { $0?.inbox.all } ?? []
        var seen: Set<String> = []
        return deliveries.compactMap { delivery in
            guard let event = EventView(delivery.message) else { return nil }
            let isNew = seen.insert(event.id).inserted
            return isNew || !delivery.isRedelivered ? event : nil
        }
    }

    /// The first outcome of a command, once it is there.
    @discardableResult
    func outcome(of id: String, within limit: Duration = .seconds(40)) async throws -> EventView {
        try await eventually("an outcome of \(id); log: \(lastLog)", within: limit) {
            self.outcomes.contains { $0.command == id }
        }
        return try #require(outcomes.first { $0.command == id })
    }

    /// Waits until each of these commands has an outcome; if not, says where those without one stand.
    func outcomes(of ids: [String], within limit: Duration) async throws {
        do {
            try await eventually("all have an outcome: \(lastLog)", within: limit) {
                Set(self.outcomes.map(\.command)).isSuperset(of: ids)
            }
        } catch let error as NotInTime {
            throw NotInTime(description: await "\(whatIsLeft(of: ids)) || \(error)")
        }
    }

    /// How many commands have no outcome, what the ledger says of the first of them, and what each worker counts.
    private func whatIsLeft(of ids: [String]) async -> String {
        let ended = Set(outcomes.map(\.command))
        let left = ids.filter { !ended.contains($0) }
        var lines = ["\(left.count) without outcome: \(left.prefix(40).joined(separator: " "))"]
        for id in left.prefix(2) {
            lines.append("\(id): " + ((try? await order("orders", "show", id).output) ?? "not shown"))
        }
        let told = ["_in_flight", "_parked", "_ledger_", "_ready", "_connection", "_ems_con", "_held"]
        for worker in workers.withLock({ $0 }) {
            let metrics = ((try? await worker.metrics()) ?? [:]).filter { metric in
                metric.value != 0 && told.contains { metric.key.contains($0) } && !metric.key.contains("_bucket")
            }
            lines.append("worker: \(metrics.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: " "))")
        }
        return lines.joined(separator: " | ").split(separator: "\n").joined(separator: " | ")
    }

    /// The end of the newest worker's log, on one line, as a summary of failures shows it.
    var lastLog: String {
        let log = workers.withLock { $0.last?.program.log } ?? ""
        return String(log.suffix(3000)).split(separator: "\n").joined(separator: " | ")
    }

    // MARK: EMS

    /// An entitlement as EMS shows it, as text.
    func entitlement(_ subscription: String) async throws -> (status: Int, text: String) {
        try await HTTP.send("GET", "\(sandbox.baseURL)/api/v5/entitlements/externalId=\(subscription)")
    }

    /// Makes the sandbox fail.
    func fault(_ body: String) async throws {
        let answer = try await HTTP.send("POST", "\(sandbox.rootURL)/sandbox/faults", body)
        try #require((200..<300).contains(answer.status), "\(answer)")
    }

    /// How often the sandbox was called like that.
    func calls(_ call: String) async throws -> Int {
        let text = try await HTTP.send("GET", "\(sandbox.rootURL)/sandbox/calls").text
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let counts = try #require(object?["calls"] as? [String: Any] ?? object, "\(text)")
        return counts[call] as? Int ?? 0
    }
}
