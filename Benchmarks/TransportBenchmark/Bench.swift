import AMQP
import LocalServers
import Logging
import RabbitMQ

/// A private broker with two quorum queues, and what is let loose on them.
struct Bench {
    private let configuration: RabbitMQConfiguration
    private let url: String
    private let prefetch: Int
    private let logger: Logger
    private let orders: QueueName = "bench.orders"
    private let events: QueueName = "bench.events"

    init(prefetch: Int) async throws {
        var logger = Logger(label: "bench", factory: StreamLogHandler.standardError(label:))
        logger.logLevel = .warning
        self.logger = logger
        self.prefetch = prefetch
        url = try await RabbitMQServer.shared().url
        configuration = RabbitMQConfiguration(address: try AMQPAddress(url))
        let quorum: FieldTable = ["x-queue-type": "quorum"]
        try await administration.declare(
            Topology(queues: [.init(orders, arguments: quorum), .init(events, arguments: quorum)])
        )
    }

    private var administration: RabbitMQAdministration { .init(configuration: configuration, logger: logger) }

    // MARK: - Side by side

    func compare(messages: Int, rounds: Int) async throws {
        var results: [Program: [RunCost]] = [:]
        for round in 1...rounds {
            // Whoever comes second meets a warmer broker: they take turns at that too.
            for program in round.isMultiple(of: 2) ? Program.allCases : Program.allCases.reversed() {
                try await fill(messages)
                let cost = try start(program, messages: messages).cost()
                try await expectDone(messages)
                results[program, default: []].append(cost)
                print("round \(round)  \(program.label)  \(cost.line(messages: messages))")
            }
        }
        report(results, messages: messages)
    }

    private func report(_ results: [Program: [RunCost]], messages: Int) {
        let rates = results.mapValues { median($0.map { Double(messages) / $0.seconds }) }
        let costs = results.mapValues { median($0.map { $0.processorSeconds * 100_000 / Double(messages) }) }
        print("\nmedians of \(results[.swift]?.count ?? 0) runs, \(messages) messages each, prefetch \(prefetch)")
        for program in Program.allCases {
            print(
                "\(program.label)  \(Int(rates[program] ?? 0)) messages/s, "
                    + "\(rounded(costs[program] ?? 0)) CPU seconds per 100,000 messages"
            )
        }
        let ratio = (rates[.swift] ?? 0) / (rates[.c] ?? 1)
        let processor = costs[.swift] ?? 0
        print("rate, Swift to C: \(rounded(ratio)) (goal: at least 0.9)")
        print("CPU seconds per 100,000 messages, Swift: \(rounded(processor)) (goal: at most 2)")
    }

    // MARK: - For a long time

    func soak(messages: Int) async throws {
        let child = try start(.swift, messages: messages)
        let portion = max(1, messages / 20)
        var sizes: [Int] = []
        for number in 1...20 {
            try await fill(number == 20 ? messages - 19 * portion : portion)
            try await eventually { try await administration.queueDepth(orders).messages < 2_000 }
            guard let size = child.residentBytes else { break }
            sizes.append(size)
            print("\(number * portion) messages: \(size / 1024) KiB resident")
            try await administration.purge(events)
        }
        let cost = try child.cost()
        print("done: \(cost.line(messages: messages))")
        // The first tenth warms up: pools grow to the prefetch, code is paged in.
        if sizes.count > 2, let last = sizes.last {
            let share = messages / 20 * (sizes.count - 2)
            print("growth after the first tenth: \((last - sizes[1]) / 1024) KiB over \(share) messages")
        }
    }

    // MARK: - Parts

    private func start(_ program: Program, messages: Int) throws -> ChildProcess {
        let address = configuration.address
        let work = [orders.rawValue, events.rawValue, String(messages), String(prefetch)]
        return switch program {
        case .c: try ChildProcess(program.rawValue, [address.host, String(address.port)] + work)
        case .swift: try ChildProcess(program.rawValue, [url] + work)
        }
    }

    private func fill(_ count: Int) async throws {
        let publisher = RabbitMQPublisher(configuration: configuration, logger: logger)
        let order = Publishing(
            exchange: .default,
            routingKey: RoutingKey(orders.rawValue),
            properties: Properties(contentType: "application/cloudevents+json", deliveryMode: .persistent),
            body: [UInt8](repeating: UInt8(ascii: "o"), count: 600)
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                if number >= 2_000 { try await group.next() }
                group.addTask { try await publisher.publish(order) }
            }
            try await group.waitForAll()
        }
        await publisher.close()
    }

    /// Every order gone, every event there: otherwise the run did something else.
    private func expectDone(_ messages: Int) async throws {
        try await eventually { try await administration.queueDepth(orders).messages == 0 }
        let published = try await administration.purge(events)
        guard published == messages else {
            throw RunFailure(description: "\(published) events for \(messages) orders")
        }
    }

    private func eventually(_ condition: () async throws -> Bool) async throws {
        let deadline = ContinuousClock.now + .seconds(300)
        while try await !condition() {
            guard .now < deadline else { throw RunFailure(description: "the queues did not come to rest in 300 s") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

/// Who does the work.
enum Program: String, CaseIterable {
    case c = "TransportInC"
    case swift = "TransportInSwift"

    var label: String { self == .c ? "C    " : "Swift" }
}

extension RunCost {
    func line(messages: Int) -> String {
        "\(Int(Double(messages) / seconds)) messages/s, \(rounded(processorSeconds * 100_000 / Double(messages))) CPU s/100k"
    }
}

private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

private func rounded(_ value: Double) -> String { String((value * 100).rounded() / 100) }
