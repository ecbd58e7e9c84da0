import AMQP
import Foundation
import LocalServers
import TestKit
import Testing

/// The conformance kit with a real broker, and clients that keep or break the contract.
@Suite struct ConformTests {
    /// Three changes in order, one of them twice; a read.
    private static let commands = [
        #"{"id":"order-1001","operation":"start-trial","data":{"subscriptionId":"SUB-1",\#(OrderData.trial)}}"#,
        #"{"id":"order-1002","operation":"convert-trial","data":{"subscriptionId":"SUB-1",\#(OrderData.conversion)}}"#,
        #"{"id":"order-1003","operation":"renew-subscription","data":{"subscriptionId":"SUB-1",\#(OrderData.renewal("2031-12-31"))}}"#,
        #"{"id":"order-1004","operation":"view-entitlement","data":{"subscriptionId":"SUB-1"}}"#,
    ]

    @Test(
        .timeLimit(.minutes(4)),
        arguments: [
            (nil, nil), ("transient", "properties"), ("expiring", "properties"), ("reused-id", "idempotency"),
            ("constant-number", "numbering"), ("unknown-field", "schema"), ("reserved-header", "headers"),
        ] as [(fault: String?, rule: String?)]
    )
    func `The publisher in Python conforms, and one with a fault breaks that rule`(fault: String?, rule: String?)
        async throws
    {
        try await World.run { world in
            let exchange = "shop.\(world.prefix)"
            // The publisher goes on until a queue has taken its messages, so neither needs to be first.
            async let graded = world.order(
                "conform",
                "publisher",
                "--exchange",
                exchange,
                "--declare",
                "--messages",
                "4",
                "--for",
                "100s",
                "--json"
            )
            let file = world.folder.appending(path: "commands")
            try Data(Self.commands.joined(separator: "\n").utf8).write(to: file)
            let arguments = [
                "--amqp", world.server.url, "--exchange", exchange, "--store", "\(file.path).sqlite", file.path,
            ]
            let published =
                if let fault {
                    try await Python.run(
                        Python.badClient("bad_publisher.py"),
                        ["--fault", fault] + arguments,
                        in: world.folder
                    )
                } else {
                    try await Python.run(Python.client("publisher.py"), arguments, in: world.folder)
                }
            #expect(published.status == 0, "\(published)")
            let ended = try await graded
            let report = try #require(try ended.json() as? [String: Any], "\(ended)")
            #expect(report["failed"] as? [String] == (rule.map { [$0] } ?? []), "\(ended)")
            #expect(report["conforms"] as? Bool == (rule == nil))
            #expect(ended.status == (rule == nil ? 0 : 1))
        }
    }

    @Test(.timeLimit(.minutes(4)))
    func `Listening beside a worker takes nothing from it, and sees what no queue is bound for`() async throws {
        try await World.run { world in
            let worker = try await world.startWorker()
            let listening = try await KeptProgram.start(
                Program.path("order-worker"),
                ["conform", "publisher", "--messages", "4", "--for", "100s"],
                environment: world.settings,
                logFile: world.folder.appending(path: "conform.log")
            )
            defer { listening.letGo() }
            try await eventually("it listens", within: .seconds(20)) { listening.log.contains("listening to") }
            try await world.send("order-1001", "create-subscription", "SUB-1", OrderData.creation)
            try await world.outcome(of: "order-1001")
            // The first of the two is rejected, which leaves its number to the second.
            try await world.send(
                "order-1002",
                "convert-trial",
                "SUB-1",
                #""expectedVersion":1,\#(OrderData.conversion)"#
            )
            try await world.outcome(of: "order-1002")
            try await world.send(
                "order-1003",
                "renew-subscription",
                "SUB-1",
                #""expectedVersion":1,\#(OrderData.renewal("2031-12-31"))"#
            )
            #expect(try await world.outcome(of: "order-1003").outcome == "succeeded")
            try await world.send("order-1004", "renew", "SUB-1", OrderData.renewal("2032-12-31"))
            #expect(try await listening.exitStatus() == 1)
            #expect(
                listening.log.contains("order-1004: no queue is bound for the routing key 'renew'"),
                "\(listening.log)"
            )
            #expect(listening.log.contains("ok    numbering"), "\(listening.log)")
            #expect(listening.log.contains("the publisher does not conform: routing, schema\n"), "\(listening.log)")
            try await worker.conserves()
        }
    }

    @Test(
        .timeLimit(.minutes(4)),
        arguments: [
            (nil, nil), ("by-arrival", "order"), ("keeps-duplicates", "duplicates"), ("any-version", "future-versions"),
            ("takes-previews", "refusals"), ("loses-acknowledgements", nil),
        ] as [(fault: String?, rule: String?)]
    )
    func `The subscriber in Python conforms, and one with a fault breaks that rule`(fault: String?, rule: String?)
        async throws
    {
        try await World.run { world in
            let (exchange, queue) = ("\(world.prefix).conform.events", "shop.\(world.prefix)")
            let store = world.folder.appending(path: "shop.sqlite").path
            // The subscriber goes on until there is the exchange, and the run until there is the subscriber.
            let script = fault == nil ? Python.client("subscriber.py") : Python.badClient("bad_subscriber.py")
            let subscriber = try await Python.start(
                script,
                (fault.map { ["--fault", $0] } ?? []) + [
                    "--amqp", world.server.url, "--exchange", exchange, "--queue", queue, "--store", store,
                ],
                logFile: world.folder.appending(path: "subscriber.log")
            )
            defer { subscriber.letGo() }
            let answer = Python.line(Python.client("subscriber.py"), ["--answer", "--store", store])
            let ended = try await world.order(
                "conform",
                "subscriber",
                "--answer-command",
                answer,
                "--seed",
                "1",
                "--for",
                "100s",
                "--json"
            )
            let report = try #require(try ended.json() as? [String: Any], "\(ended) \(subscriber.log)")
            let failed = try #require(report["failed"] as? [String])
            if let rule { #expect(failed.contains(rule), "\(ended)") } else { #expect(failed.isEmpty, "\(ended)") }
            #expect(ended.status == (rule == nil ? 0 : 1))

            guard fault == nil else { return }
            // Once more, straight into its queue, which is watched then.
            let direct = try await world.order("conform", "subscriber", "--answer-command", answer, "--queue", queue)
            #expect(direct.status == 0, "\(direct)")
            #expect(direct.output.contains("ok    queue"), "\(direct)")
        }
    }

    @Test(.timeLimit(.minutes(4)))
    func `A subscriber that isn't there, and wrong usage, are told`() async throws {
        try await World.run { world in
            let nobody = try await world.order("conform", "subscriber", "--answer", "-", "--for", "1s")
            #expect(nobody.status == 1 && nobody.errors.contains("no queue is bound"), "\(nobody)")
            let none = try await world.order(
                "conform",
                "subscriber",
                "--answer",
                "-",
                "--for",
                "1s",
                "--queue",
                "shop.none"
            )
            #expect(none.status == 1 && none.errors.contains("nobody consumes the queue shop.none"), "\(none)")
            let nothing = try await world.order("conform", "publisher", "--for", "500ms")
            #expect(nothing.status == 1 && nothing.output.contains("nothing was received"), "\(nothing)")
            let missing = try await world.order("conform", "publisher", "--exchange", "shop.missing", "--for", "1s")
            #expect(missing.status == 1 && missing.errors.contains("--declare"), "\(missing)")
            #expect(try await world.order("conform", "subscriber").status == 64)
            #expect(try await world.order("conform", "publisher", "--for", "soon").status == 64)
            #expect(try await world.order("conform", "publisher", more: ["AMQP_URL": "http://x"]).status == 78)
        }
    }
}
