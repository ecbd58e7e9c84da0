import AMQP
import Foundation
import LocalServers
import RabbitMQ
import TestKit
import Testing

/// The publisher and the subscriber that are written from `Contracts/` alone.
@Suite struct PythonClientTests {
    @Test(.timeLimit(.minutes(4)))
    func `A publisher and a subscriber in Python drive the worker through all operations`() async throws {
        try await World.run { world in
            let worker = try await world.startWorker()
            try await Shop.run(in: world) { shop in
                // Every change of one subscription at once, over all queues: the numbers bring them into order.
                try await shop.publish([
                    #"{"id":"trial","operation":"start-trial","data":{"subscriptionId":"SUB-A",\#(OrderData.trial)}}"#,
                    #"{"id":"convert","operation":"convert-trial","data":{"subscriptionId":"SUB-A",\#(OrderData.conversion)}}"#,
                    #"{"id":"renew","operation":"renew-subscription","data":{"subscriptionId":"SUB-A",\#(OrderData.renewal("2031-12-31"))}}"#,
                    #"{"id":"upsell","operation":"renew-with-upsell","data":{"subscriptionId":"SUB-A",\#(OrderData.upsell)}}"#,
                    #"{"id":"reduce","operation":"renew-with-reduced-tier","data":{"subscriptionId":"SUB-A",\#(OrderData.reduction)}}"#,
                    #"{"id":"mark","operation":"cancel-subscription","data":{"subscriptionId":"SUB-A","effective":"end-of-term"}}"#,
                    #"{"id":"withdraw","operation":"cancel-subscription","data":{"subscriptionId":"SUB-A","effective":"withdraw"}}"#,
                    #"{"id":"cancel","operation":"cancel-subscription","data":{"subscriptionId":"SUB-A","effective":"immediately"}}"#,
                    #"{"id":"create","operation":"create-subscription","data":{"subscriptionId":"SUB-B",\#(OrderData.creation)}}"#,
                ])
                try await shop.knows("SUB-A", version: 8, "cancelled")
                try await shop.knows("SUB-B", version: 1, "active")

                // Reads, a dry run, and what the lifecycle forbids.
                try await shop.publish([
                    #"{"id":"view","operation":"view-entitlement","data":{"subscriptionId":"SUB-B"},"reply_to":"\#(shop.queue)"}"#,
                    #"{"id":"sync","operation":"sync-entitlements","data":{}}"#,
                    #"{"id":"dry","operation":"renew-subscription","dryrun":true,"data":{"subscriptionId":"SUB-B",\#(OrderData.renewal("2040-12-31"))}}"#,
                    #"{"id":"illegal","operation":"convert-trial","data":{"subscriptionId":"SUB-B",\#(OrderData.conversion)}}"#,
                ])
                let illegal = try await shop.end(of: "illegal")
                #expect(illegal["code"] as? String == "not-a-trial")
                #expect(illegal["meaning"] as? String == "Only a trial can be converted.")
                for (id, outcome) in [
                    ("view", "succeeded"), ("sync", "succeeded"), ("dry", "previewed"), ("illegal", "rejected"),
                ] {
                    #expect(try await shop.end(of: id)["outcome"] as? String == outcome, "\(id)")
                }
                // The answer went to the queue that the command named, and nowhere else.
                #expect(!world.outcomes.contains { $0.command == "view" })

                // The number that the rejected command left unused goes to the next one, also when a line after it is bad.
                try await shop.publish(
                    [
                        #"{"id":"later","operation":"renew-subscription","data":{"subscriptionId":"SUB-B",\#(OrderData.renewal("2035-12-31"))}}"#,
                        #"{"id":"bad","operation":"renew-subscription","data":{"subscriptionId":"SUB-B"}}"#,
                    ],
                    badLine: 2
                )
                try await shop.knows("SUB-B", version: 2, "active")

                // Two shops that call themselves the same, and use the same id for two things.
                try await shop.publish(
                    [
                        #"{"id":"clash","operation":"create-subscription","data":{"subscriptionId":"SUB-C",\#(OrderData.creation)}}"#
                    ],
                    store: "other.sqlite"
                )
                try await shop.knows("SUB-C", version: 1, "active")
                try await shop.publish([
                    #"{"id":"clash","operation":"create-subscription","data":{"subscriptionId":"SUB-D",\#(OrderData.creation)}}"#
                ])
                // Whose content came first nobody can tell from that dead letter: the command stays open, for a person.
                let clash = try await shop.end(of: "clash")
                #expect(clash["outcome"] is NSNull)
                #expect(clash["code"] as? String == "identity-conflict")

                let answer = try await shop.answer()
                let ended = answer.filter { $0["command"] != nil }
                #expect(ended.count == 15 && ended.count { $0["outcome"] as? String == "succeeded" } == 12, "\(ended)")
                #expect(!answer.contains { $0["subscriptionId"] as? String == "SUB-D" })
                let applied = answer.compactMap { $0["applied"] as? String }
                #expect(applied.count == Set(applied).count && applied.count >= 18, "\(applied.count)")
                #expect(try await world.entitlement("SUB-A").text.contains("CLOSED"))
                #expect(try await world.entitlement("SUB-B").text.contains("2035-12-31"))
            }
            try await worker.conserves()
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `The publisher in Python publishes nothing that doesn't fit the schema`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UniqueNames("python").prefix)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let commands = folder.appending(path: "commands")
        let id = String(repeating: "é", count: 128)
        for (line, words) in [
            (#"{"operation":"renew-subscription","data":{"subscriptionId":"S","term":{"month":1}}}"#, "data.term: "),
            (
                #"{"operation":"renew-subscription","data":{"subscriptionId":"S","term":{"end":"2031-02-30"}}}"#,
                "data.term.end: "
            ),
            (
                #"{"id":"\#(id)","operation":"renew-subscription","data":{"subscriptionId":"S","term":{"days":1}}}"#,
                "id: has more than 255"
            ),
            (#"{"operation":"renew","data":{}}"#, "there is no operation renew"),
        ] {
            try Data(line.utf8).write(to: commands)
            let store = folder.appending(path: "shop.sqlite").path
            let ended = try await Python.run(
                Python.client("publisher.py"),
                ["--store", store, commands.path],
                in: folder
            )
            #expect(
                ended.status == 1 && ended.errors.contains("line 1 and what follows is not published: \(words)"),
                "\(ended)"
            )
        }
    }

    @Test(.timeLimit(.minutes(1)), arguments: ["test_publisher.py", "test_subscriber.py"])
    func `The clients in Python pass tests of their own, which need no broker`(script: String) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UniqueNames("python").prefix)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let ended = try await Python.run(Python.test(script), [], in: folder)
        #expect(ended.status == 0 && ended.errors.contains("\nOK\n"), "\(ended)")
        #expect(!ended.errors.contains("Ran 0 tests"), "\(ended)")
    }

    @Test(
        .timeLimit(.minutes(1)),
        arguments: [("2031-02-28", true), ("2031-02-30", false)]
    )
    func `The validator that the contracts' page shows knows the days of February`(day: String, isValid: Bool)
        async throws
    {
        let folder = FileManager.default.temporaryDirectory.appending(path: UniqueNames("python").prefix)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let order = folder.appending(path: "order.json")
        let command =
            #"{"specversion":"1.0","id":"1","source":"/shop","type":"orders.renew-subscription.v1","data":{"subscriptionId":"S","term":{"end":"\#(day)"}}}"#
        try Data(command.utf8).write(to: order)
        let page = try String(contentsOf: Python.contracts.appending(path: "README.md"), encoding: .utf8)
        let start = try #require(page.range(of: "\n    python3 -c"))
        let end = try #require(page.range(of: "\n\n", range: start.upperBound..<page.endIndex))
        let line = page[start.lowerBound..<end.lowerBound]
            .replacing(" order.json", with: " '\(order.path)'")
            .replacing(" Contracts/", with: " \(Python.contracts.path)/")
        let ended = try await Python.shell(String(line), in: folder)
        #expect(ended.status == (isValid ? 0 : 1), "\(ended)")
        #expect(isValid || ended.errors.contains("'\(day)' is not a 'date'"), "\(ended)")
    }

    @Test(.timeLimit(.minutes(3)))
    func `The publisher in Python sends again, under the same id, what was returned, refused or never asked for`()
        async throws
    {
        try await World.run { world in
            let exchange = ExchangeName("shop.\(world.prefix)")
            let queue = QueueName("shop.\(world.prefix)")
            let file = world.folder.appending(path: "commands")
            let commands = (1...3).map { number in
                #"{"id":"order-\#(number)","operation":"cancel-subscription","data":{"subscriptionId":"S-\#(number)"}}"#
            }
            try Data(commands.joined(separator: "\n").utf8).write(to: file)
            let publisher = try await Python.start(
                Python.client("publisher.py"),
                [
                    "--amqp", world.server.url, "--exchange", exchange.rawValue, "--store", "\(file.path).sqlite",
                    file.path,
                ],
                logFile: world.folder.appending(path: "publisher.log")
            )
            defer { publisher.letGo() }
            func says(_ words: String) async throws {
                try await eventually("'\(words)' in \(publisher.log)", within: .seconds(40)) {
                    publisher.log.contains(words)
                }
            }
            try await says("3 not confirmed")
            // An exchange, but no queue; then a queue that holds one message and refuses the others.
            try await world.administration.declare(Topology(exchanges: [.init(exchange, .direct)]))
            try await says("no queue is bound")
            let narrow: FieldTable = ["x-max-length": 1, "x-overflow": "reject-publish"]
            let binding = Topology.Binding(exchange, to: queue, routingKey: "cancel-subscription")
            try await world.administration.declare(
                Topology(queues: [.init(queue, arguments: narrow)], bindings: [binding])
            )
            try await says("the broker refused it")
            let taken = Taken()
            try await eventually("all three came; \(publisher.log)", within: .seconds(60)) {
                if let message = try await world.administration.get(queue) { await taken.add(message) }
                return await taken.ids.count == 3
            }
            #expect(try await publisher.exitStatus() == 0, "\(publisher.log)")
            #expect(await taken.ids.sorted() == ["order-1", "order-2", "order-3"])
            try await world.administration.delete(queue: queue)
            try await world.administration.delete(exchange: exchange)
        }
    }
}

/// The messages that a test took from a queue.
private actor Taken {
    private(set) var ids: [String] = []

    func add(_ message: Message) { ids.append(message.properties.messageID ?? "") }
}
