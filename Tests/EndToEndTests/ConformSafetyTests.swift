import AMQP
import Foundation
import LocalServers
import RabbitMQ
import TestKit
import Testing

/// What the conformance kit must leave alone, and leave behind, on a broker that others work with.
@Suite struct ConformSafetyTests {
    @Test(.timeLimit(.minutes(2)))
    func `Declaring never touches what is the worker's, or was there before`() async throws {
        try await World.run { world in
            for name in [world.prefix, "\(world.prefix).events"] {
                let own = try await world.publisher("--exchange", name, "--declare")
                #expect(own.status == 64 && own.errors.contains("the worker's own"), "\(own)")
            }
            #expect(try await world.hasExchange("\(world.prefix).undelivered"))

            let (shop, strays) = ("shop.\(world.prefix)", "shop.\(world.prefix).undelivered")
            try await world.administration.declare(
                Topology(exchanges: [
                    .init(ExchangeName(strays), .fanout),
                    .init(ExchangeName(shop), .direct, alternate: ExchangeName(strays)),
                ])
            )
            let equal = try await world.publisher("--exchange", shop, "--declare")
            #expect(equal.status == 1 && equal.errors.contains("is there already"), "\(equal)")
            #expect(try await world.hasExchange(shop))
            #expect(try await world.hasExchange(strays))

            // The one for what isn't routed is in the way, of another type even.
            try await world.administration.declare(
                Topology(exchanges: [.init(ExchangeName("other.\(strays)"), .topic)])
            )
            let stray = try await world.publisher("--exchange", "other.\(shop)", "--declare")
            #expect(stray.status == 1 && stray.errors.contains("is there already"), "\(stray)")
            #expect(try await world.hasExchange("other.\(strays)"))
            #expect(try await !world.hasExchange("other.\(shop)"))
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `A publisher is not heard where a queue is missing that its commands should reach`() async throws {
        try await World.run { world in
            try await world.administration.delete(queue: QueueName("\(world.prefix).renew-subscription"))
            for more in [[], ["--exchange", "\(world.prefix).commands"]] {
                let ended = try await Program.orderWorker(
                    ["conform", "publisher", "--for", "500ms"] + more,
                    environment: world.settings,
                    in: world.folder
                )
                #expect(ended.status == 1 && ended.errors.contains("\(world.prefix).renew-subscription"), "\(ended)")
                #expect(ended.errors.contains("order-worker topology apply"), "\(ended)")
            }
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `A subscriber is not fed through the worker's own exchanges and queues`() async throws {
        try await World.run { world in
            for way in [["--exchange", "\(world.prefix).events"], ["--queue", "\(world.prefix).renew-subscription"]] {
                let ended = try await Program.orderWorker(
                    ["conform", "subscriber", "--answer", "-", "--for", "1s"] + way,
                    environment: world.settings,
                    in: world.folder
                )
                #expect(ended.status == 64 && ended.errors.contains("the worker's own"), "\(ended)")
            }
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: ["renew-subscription.*", "*.rejected"])
    func `A subscriber that wants little is fed with that, through an exchange that stays as it was`(key: String)
        async throws
    {
        try await World.run { world in
            try await world.bindShop(RoutingKey(key))
            let file = world.folder.appending(path: "answer.jsonl")
            try Data(#"{"applied":"x"}"#.utf8).write(to: file)
            let ended = try await world.order(
                "conform",
                "subscriber",
                "--answer",
                file.path,
                "--for",
                "3s",
                "--json"
            )
            let report = try #require(try ended.json() as? [String: Any], "\(ended)")
            // It has answered nothing, but it was fed.
            #expect((report["failed"] as? [String])?.contains("answer") == true, "\(ended)")
            let counts = try #require(report["counts"] as? [[String: Any]])
            #expect(
                counts.contains { $0["what"] as? String == "deliveries" && $0["count"] as? Int ?? 0 > 2 },
                "\(ended)"
            )
            #expect(try await world.hasExchange("\(world.prefix).conform.events"))
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `An answer that never comes ends with the time, and its command with it`() async throws {
        try await World.run { world in
            try await world.bindShop("#")
            let pid = world.folder.appending(path: "pid")
            let ended = try await world.order(
                "conform",
                "subscriber",
                "--answer-command",
                "trap '' TERM; sleep 600 & echo $! > '\(pid.path)'; wait; sleep 600",
                "--for",
                "3s",
                more: ["TMPDIR": world.folder.path]
            )
            #expect(ended.status == 1 && ended.errors.contains("did not end"), "\(ended)")
            let child = try #require(
                Int32(try String(contentsOf: pid, encoding: .utf8).trimmingCharacters(in: .newlines))
            )
            try await eventually("the command's child is gone", within: .seconds(20)) { kill(child, 0) != 0 }
            #expect(try world.leftFiles.isEmpty)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `A run that is ended leaves nothing behind`() async throws {
        try await World.run { world in
            let waiting = try await KeptProgram.start(
                Program.path("order-worker"),
                ["conform", "subscriber", "--answer", "-", "--for", "300s"],
                environment: world.settings,
                logFile: world.folder.appending(path: "waiting.log")
            )
            defer { waiting.letGo() }
            try await eventually("it waits", within: .seconds(20)) { waiting.log.contains("publishing to") }
            #expect(try await world.hasExchange("\(world.prefix).conform.events"))
            waiting.signal("TERM")
            #expect(try await waiting.exitStatus() == 1, "\(waiting.log)")
            #expect(try await !world.hasExchange("\(world.prefix).conform.events"))

            // While it asks for the answer.
            try await world.bindShop("#")
            let asked = world.folder.appending(path: "asked")
            let asking = try await KeptProgram.start(
                Program.path("order-worker"),
                ["conform", "subscriber", "--answer-command", "echo > '\(asked.path)'; sleep 600", "--for", "300s"],
                environment: world.settings.merging(["TMPDIR": world.folder.path]) { $1 },
                logFile: world.folder.appending(path: "asking.log")
            )
            defer { asking.letGo() }
            try await eventually("it asks", within: .seconds(40)) { FileManager.default.fileExists(atPath: asked.path) }
            asking.signal("TERM")
            #expect(try await asking.exitStatus() == 1, "\(asking.log)")
            #expect(try world.leftFiles.isEmpty)

            let publisher = try await KeptProgram.start(
                Program.path("order-worker"),
                ["conform", "publisher", "--exchange", "shop.\(world.prefix)", "--declare", "--for", "300s"],
                environment: world.settings,
                logFile: world.folder.appending(path: "publisher.log")
            )
            defer { publisher.letGo() }
            try await eventually("it listens", within: .seconds(20)) { publisher.log.contains("listening to") }
            publisher.signal("TERM")
            #expect(try await publisher.exitStatus() == 1, "\(publisher.log)")
            #expect(try await !world.hasExchange("shop.\(world.prefix)"))
            #expect(try await !world.hasExchange("shop.\(world.prefix).undelivered"))
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `An exchange that the run made stays while somebody else's queue is bound to it`() async throws {
        try await World.run { world in
            let waiting = try await KeptProgram.start(
                Program.path("order-worker"),
                ["conform", "subscriber", "--answer", "-", "--for", "300s"],
                environment: world.settings,
                logFile: world.folder.appending(path: "waiting.log")
            )
            defer { waiting.letGo() }
            try await eventually("it waits", within: .seconds(20)) { waiting.log.contains("publishing to") }
            try await world.bindShop("nothing.of.this")
            waiting.signal("TERM")
            #expect(try await waiting.exitStatus() == 1)
            #expect(waiting.log.contains("conform.events stays"), "\(waiting.log)")
            #expect(try await world.hasExchange("\(world.prefix).conform.events"))
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `Commands are judged line by line, as bytes`() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UniqueNames("validate").prefix)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        func line(_ id: [UInt8]) -> [UInt8] {
            Array(#"{"specversion":"1.0","id":"order-1"#.utf8) + id
                + Array(
                    #"","source":"/shop","type":"orders.view-entitlement.v1","data":{"subscriptionId":"SUB-1"}}"#.utf8
                )
        }
        let file = folder.appending(path: "commands")
        try Data(line([0x31]) + [13, 10] + line([0xC3]) + [13, 10, 13, 10] + line([0x32])).write(to: file)
        for shell in ["exec \"$0\" contracts validate \"$1\"", "exec \"$0\" contracts validate < \"$1\""] {
            let ended = try await Program.run(
                "/bin/sh",
                ["-c", shell, Program.path("order-worker"), file.path],
                environment: [:],
                in: folder
            )
            let verdicts = ended.output.split(separator: "\n")
            #expect(ended.status == 1 && verdicts.count == 3, "\(ended)")
            #expect(verdicts.map { $0.contains("\"valid\":true") } == [true, false, true], "\(ended)")
        }
    }
}

extension World {
    fileprivate func publisher(_ arguments: String...) async throws -> Program.Ended {
        try await Program.orderWorker(
            ["conform", "publisher", "--for", "500ms"] + arguments,
            environment: settings,
            in: folder
        )
    }

    /// Whether there is an exchange of that name, of whatever type.
    fileprivate func hasExchange(_ name: String) async throws -> Bool {
        let asked = Topology(exchanges: [.init(ExchangeName(name), .direct)])
        return try await administration.compare(asked, passively: true).isAsRequired
    }

    /// A queue that is bound to an exchange for conformance runs which is there already.
    fileprivate func bindShop(_ key: RoutingKey) async throws {
        let (exchange, queue) = (ExchangeName("\(prefix).conform.events"), QueueName("shop.\(prefix)"))
        try await administration.declare(
            Topology(
                exchanges: [.init(exchange, .topic)],
                queues: [.init(queue, arguments: [:])],
                bindings: [.init(exchange, to: queue, routingKey: key)]
            )
        )
    }

    /// What answers were written to.
    fileprivate var leftFiles: [String] {
        get throws {
            try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("conform-") }
        }
    }
}
