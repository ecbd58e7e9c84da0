import AMQP
import Foundation
import LocalServers
import RabbitMQ
import TestKit
import Testing

/// What the command line says, and how it ends.
@Suite struct CommandLineTests {
    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            ("EMS_URL", "ftp://ems", "http or https"), ("HTTP_PORT", "99999", "0 to 65535"),
            ("PREDECESSOR_WAIT", "soon", "30s"), ("BUSINESS_TIME_ZONE", "Mars/Olympus", "time zone"),
            ("AMQP_URL", "http://127.0.0.1/", "amqp"), ("LEDGER_URL", "mysql:x", "sqlite:"),
            ("TOPOLOGY_PREFIX", "a b", "A-Z"), ("PREFETCH", "0", "1 to 65535"), ("LOG_LEVEL", "loud", "debug"),
            ("EMS_PASSWORD", "", "not set"),
        ]
    )
    func `A wrong setting ends with 78 and names key, value and what is allowed`(
        key: String,
        value: String,
        allowed: String
    ) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UniqueNames("settings").prefix)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var environment = [
            "EMS_URL": "http://127.0.0.1:1/ems", "EMS_USERNAME": "u", "EMS_PASSWORD": "p", "HTTP_PORT": "0",
        ]
        environment[key] = value
        for command in ["run", "check"] {
            let ended = try await Program.orderWorker([command], environment: environment, in: folder)
            #expect(ended.status == 78, "\(ended)")
            #expect(ended.errors.contains(key), "\(ended)")
            #expect(ended.errors.contains(allowed), "\(ended)")
            let isSecret = ["AMQP_URL", "LEDGER_URL", "EMS_PASSWORD"].contains(key)
            #expect(isSecret || ended.errors.contains(value), "\(ended)")
        }
        let unknown = try await Program.orderWorker(["run", "--no-such-flag"], environment: environment, in: folder)
        #expect(unknown.status == 64, "\(unknown)")
    }

    @Test(.timeLimit(.minutes(2)))
    func `A broker that can't be reached ends check and publish with 1 and is named`() async throws {
        try await World.run { world in
            let nowhere = ["AMQP_URL": "amqp://guest:secret@127.0.0.1:1/"]
            let check = try await world.order("check", more: nowhere)
            #expect(check.status == 1, "\(check)")
            #expect(check.output.contains("127.0.0.1:1"), "\(check)")
            let publish = try await world.order(
                "publish",
                "--operation",
                "view-entitlement",
                "--data",
                #"{"subscriptionId":"S"}"#,
                more: nowhere
            )
            #expect(publish.status == 1, "\(publish)")
            #expect(publish.errors.contains("127.0.0.1:1"), "\(publish)")
            for ended in [check, publish] { #expect(!(ended.output + ended.errors).contains("secret")) }
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `A topology that differs is refused with 78 and the difference`() async throws {
        try await World.run { world in
            let queue = QueueName("\(world.prefix).view-entitlement")
            try await world.administration.delete(queue: queue)
            try await world.administration.declare(Topology(queues: [.init(queue, arguments: [:])]))
            for command in [["run"], ["topology", "check"], ["topology", "apply"]] {
                let ended = try await Program.orderWorker(command, environment: world.settings, in: world.folder)
                #expect(ended.status == 78, "\(command): \(ended)")
                #expect(ended.errors.contains(queue.rawValue), "\(command): \(ended)")
                #expect(
                    ended.errors.contains("\n    rabbitmqctl delete_queue \(queue)   # LOSES"),
                    "\(command): \(ended)"
                )
                #expect(ended.errors.contains("\n    order-worker topology apply"), "\(command): \(ended)")
            }
            let json = try await world.order("topology", "check", "--json")
            let report = try #require(try json.json() as? [String: Any])
            let differences = try #require(report["differences"] as? [[String: Any]])
            #expect(json.status == 78 && report["ok"] as? Bool == false && differences.count == 1, "\(json)")
            #expect(
                (differences.first?["mend"] as? [String])?.contains("order-worker topology apply") == true,
                "\(json)"
            )
            #expect(try await world.order("check", "--json").status == 78)
            #expect(try await world.order("topology", "check", "--passive").status == 0)
            // A management API that was named and doesn't answer is no check.
            let nowhere = ["RABBITMQ_MANAGEMENT_URL": "http://guest:s3cret@127.0.0.1:1"]
            let blind = try await world.order("topology", "check", more: nowhere)
            #expect(blind.status == 1 && blind.errors.contains("127.0.0.1:1"), "\(blind)")
            #expect(!blind.errors.contains("s3cret"), "\(blind)")
        }
    }

    @Test(.timeLimit(.minutes(2)), .enabled(if: RabbitMQServer.isPrivate))
    func `A broker that silently loses dead letters is refused, with what mends it`() async throws {
        let server = try await RabbitMQServer.dedicated(
            environment: ["RABBITMQ_FEATURE_FLAGS": "quorum_queue,implicit_default_bindings,virtual_host_metadata"]
        )
        defer { server.letGo() }
        try await World.run(server: server) { world in
            for command in [["run"], ["check"], ["topology", "check"]] {
                let ended = try await Program.orderWorker(command, environment: world.settings, in: world.folder)
                #expect(ended.status == 78, "\(command): \(ended)")
                let told = ended.output + ended.errors
                #expect(told.contains("rabbitmqctl enable_feature_flag stream_queue"), "\(command): \(ended)")
            }
            // A broker that comes after the worker is compared then, and /readyz tells.
            try await server.terminate()
            let worker = try await world.startWorker(waitsForReady: false)
            try await eventually("it waits for the broker: \(worker.program.log)") {
                worker.program.log.contains("RabbitMQ isn't there yet") && worker.url != nil
            }
            try await server.start()
            let url = try #require(worker.url)
            try await eventually("/readyz names the flag", within: .seconds(40)) {
                let answer = try await HTTP.send("GET", url + "/readyz")
                return answer.status == 503 && answer.text.contains("enable_feature_flag stream_queue")
            }
            try await server.control("enable_feature_flag", "stream_queue")
            #expect(try await world.order("topology", "check").status == 0)
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `A port in use ends the worker with 1 and is named`() async throws {
        try await World.run { world in
            let first = try await world.startWorker()
            let port = try #require(first.url?.split(separator: ":").last.map(String.init))
            let ledger = "sqlite:\(world.folder.appending(path: "other.sqlite").path)"
            let second = try await world.order("run", more: ["HTTP_PORT": port, "LEDGER_URL": ledger])
            #expect(second.status == 1, "\(second)")
            #expect(second.errors.contains(port), "\(second.errors.suffix(1000))")
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `publish, orders, dead-letters, topology and check say what programs can read`() async throws {
        try await World.run { world in
            let worker = try await world.startWorker()
            let data = "{\"subscriptionId\":\"SUB-1\",\(OrderData.creation)}"
            let created = try await world.order(
                "publish",
                "--operation",
                "create-subscription",
                "--data",
                data,
                "--id",
                "cmd-1",
                "--json"
            )
            #expect(created.status == 0, "\(created)")
            let event = try #require(try created.json() as? [String: Any])
            #expect(event["type"] as? String == "orders.create-subscription.succeeded.v1")

            let preview = try await world.order(
                "publish",
                "--operation",
                "renew-subscription",
                "--data",
                #"{"subscriptionId":"SUB-1","term":{"end":"2031-12-31"}}"#,
                "--dry-run"
            )
            #expect(preview.status == 0 && preview.output.contains("previewed"), "\(preview)")
            #expect(try await !world.entitlement("SUB-1").text.contains("2031-12-31"))

            let rejected = try await world.order(
                "publish",
                "--operation",
                "convert-trial",
                "--data",
                #"{"subscriptionId":"SUB-1","term":{"months":12}}"#
            )
            #expect(rejected.status == 1 && rejected.output.contains("not-a-trial"), "\(rejected)")

            let list = try await world.order("orders", "list", "--json")
            #expect((try list.json() as? [[String: Any]])?.count == 2, "\(list)")
            #expect(try await world.order("orders", "list").output.contains("cmd-1"))
            let shown = try await world.order("orders", "show", "cmd-1", "--json")
            #expect((try shown.json() as? [[String: Any]])?.first?["subscriptionId"] as? String == "SUB-1", "\(shown)")
            #expect(try await world.order("orders", "show", "cmd-1").output.contains("decided"))
            #expect(try await world.order("orders", "show", "nothing").status == 1)

            try await world.send(
                #"{"specversion":"1.0","id":"bad-1","source":"/s","type":"x"}"#,
                to: "renew-subscription"
            )
            try await world.outcome(of: "bad-1")
            let letters = try await world.order("dead-letters", "list", "--json")
            #expect(
                (try letters.json() as? [[String: Any]])?.first?["reason"] as? String == "unknown-type",
                "\(letters)"
            )
            #expect(try await world.order("dead-letters", "list").output.contains("bad-1"))
            let letter = try await world.order("dead-letters", "show", "bad-1", "--json")
            #expect((try letter.json() as? [[String: Any]])?.count == 1, "\(letter)")
            #expect(try await world.order("dead-letters", "show", "nothing").status == 1)

            let printed = try await world.order("topology", "print")
            #expect((try printed.json() as? [String: Any])?["queues"] != nil, "\(printed)")
            #expect(try await world.order("topology", "check").status == 0)
            let check = try await world.order("check", "--json")
            #expect(check.status == 0, "\(check)")
            #expect((try check.json() as? [[String: Any]])?.count == 3, "\(check)")
            try await worker.conserves()
        }
    }
}
