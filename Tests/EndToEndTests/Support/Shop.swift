import AMQP
import Foundation
import LocalServers
import RabbitMQ
import TestKit
import Testing

/// A commerce system in Python: a subscriber that runs, and a publisher for each lot of commands.
struct Shop: Sendable {
    let world: World
    let queue: String
    private let subscriber: KeptProgram

    /// Runs the body with a subscriber that is listening.
    static func run(in world: World, _ body: (Shop) async throws -> Void) async throws {
        let queue = "shop.\(world.prefix)"
        let subscriber = try await Python.start(
            Python.client("subscriber.py"),
            [
                "--amqp", world.server.url, "--prefix", world.prefix, "--queue", queue, "--store",
                world.folder.appending(path: "shop.sqlite").path,
            ],
            logFile: world.folder.appending(path: "subscriber.log")
        )
        defer { subscriber.letGo() }
        let shop = Shop(world: world, queue: queue, subscriber: subscriber)
        try await eventually("the subscriber listens: \(subscriber.log)", within: .seconds(20)) {
            (try? await world.administration.queueDepth(QueueName(queue)).consumers) == 1
        }
        try await body(shop)
    }

    /// Publishes commands, one a line, and returns when all are confirmed that stand before the bad one.
    func publish(_ lines: [String], store: String = "shop.sqlite", badLine: Int? = nil) async throws {
        let file = world.folder.appending(path: "\(UUID().uuidString).commands")
        try Data(lines.joined(separator: "\n").utf8).write(to: file)
        let ended = try await Python.run(
            Python.client("publisher.py"),
            [
                "--amqp", world.server.url, "--prefix", world.prefix, "--store",
                world.folder.appending(path: store).path, file.path,
            ],
            in: world.folder
        )
        try #require(ended.status == (badLine == nil ? 0 : 1), "\(ended)")
        if let badLine { try #require(ended.errors.contains("line \(badLine) and what follows"), "\(ended)") }
    }

    /// The subscriber's state, line by line.
    func answer() async throws -> [[String: Any]] {
        let store = world.folder.appending(path: "shop.sqlite").path
        let ended = try await Python.run(
            Python.client("subscriber.py"),
            ["--answer", "--store", store],
            in: world.folder
        )
        try #require(ended.status == 0, "\(ended)")
        return ended.output.split(separator: "\n").compactMap {
            (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
        }
    }

    /// Waits until the subscriber has that version of a subscription.
    func knows(_ subscription: String, version: Int, _ state: String) async throws {
        try await eventually("\(subscription) \(version); \(subscriber.log); \(world.lastLog)", within: .seconds(40)) {
            try await answer().contains {
                $0["subscriptionId"] as? String == subscription && $0["version"] as? Int == version
                    && $0["state"] as? String == state
            }
        }
    }

    /// How a command ended, or what there is to say of one that didn't, once the subscriber knows.
    func end(of command: String) async throws -> [String: Any] {
        try await eventually("the end of \(command); \(subscriber.log); \(world.lastLog)", within: .seconds(40)) {
            try await answer().contains {
                $0["command"] as? String == command && ($0["outcome"] is String || $0["code"] is String)
            }
        }
        return try #require(try await answer().first { $0["command"] as? String == command })
    }
}
