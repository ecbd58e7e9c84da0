import AMQP
import Foundation
import LocalServers
import RabbitMQ
import TestKit
import Testing

/// What operators change while a worker runs, and while none does.
@Suite(.serialized) struct OperatorTests {
    @Test(.timeLimit(.minutes(3)))
    func `A paused operation waits over a restart, others flow, and it goes on when resumed`() async throws {
        try await World.run { world in
            var worker = try await world.startWorker()
            try await world.send("create", "create-subscription", "SUB-1", OrderData.creation)
            try await world.outcome(of: "create")
            let paused = try await world.order("pause", "renew-subscription", "--reason", "EMS migrates")
            #expect(paused.status == 0, "\(paused)")
            try await world.send("renew", "renew-subscription", "SUB-1", OrderData.renewal("2031-12-31"))
            func isHeld(_ worker: WorkerProcess) async throws {
                try await eventually("it waits") {
                    try await worker.metrics()["order_worker_held_by_pause"] == 1
                }
                let metrics = try await worker.metrics()
                #expect(metrics[#"order_worker_paused{operation="renew-subscription"}"#] == 1)
                #expect(metrics[#"order_worker_paused{operation="create-subscription"}"#] == 0)
                let ready = try await HTTP.send("GET", try #require(worker.url) + "/readyz")
                #expect(ready.status == 200 && ready.text.contains("EMS migrates"), "\(ready)")
            }
            try await isHeld(worker)
            #expect(worker.program.log.contains("paused"))
            worker.program.signal("TERM")
            #expect(try await worker.program.exitStatus() == 0)
            worker = try await world.startWorker()
            try await isHeld(worker)
            try await world.send("other", "create-subscription", "SUB-2", OrderData.creation)
            try await world.outcome(of: "other")
            #expect(!world.outcomes.contains { $0.command == "renew" })
            let list = try await world.order("orders", "list")
            #expect(list.output.contains("renew-subscription is paused"), "\(list)")
            #expect(try await world.order("resume", "renew-subscription").output.contains("goes on"))
            #expect(try await world.outcome(of: "renew").outcome == "succeeded")
            #expect(try await world.order("resume", "renew-subscription").output.contains("was not paused"))
            #expect(try await world.order("pause", "renew").status == 64)
            try await worker.conserves()
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `A pause made while no worker runs holds from the first delivery on`() async throws {
        try await World.run { world in
            let first = try await world.startWorker()
            first.program.signal("TERM")
            #expect(try await first.program.exitStatus() == 0)
            #expect(try await world.order("pause", "create-subscription").status == 0)
            try await world.send("create", "create-subscription", "SUB-1", OrderData.creation)
            let worker = try await world.startWorker()
            try await eventually("it waits") { try await worker.metrics()["order_worker_held_by_pause"] == 1 }
            #expect(try await worker.metrics()["order_worker_ledger_claimed"] == 0)
            #expect(try await world.order("resume", "create-subscription").status == 0)
            #expect(try await world.outcome(of: "create").outcome == "succeeded")
            try await worker.conserves()
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `Only who can read the token beside the ledger may change anything`() async throws {
        try await World.run { world in
            let worker = try await world.startWorker()
            let url = try #require(worker.url) + "/operator"
            let request = #"{"resume":{"_0":"renew-subscription"}}"#
            #expect(try await HTTP.send("POST", url, request).status == 401)
            #expect(try await [404, 405].contains(HTTP.send("GET", url).status))
            let file = world.folder.appending(path: "ledger.sqlite.operator").path
            let attributes = try FileManager.default.attributesOfItem(atPath: file)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            worker.program.signal("TERM")
            _ = try await worker.program.exitStatus()
            #expect(!FileManager.default.fileExists(atPath: file))
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `A waiting command is released in each of the three ways`() async throws {
        try await World.run(["EMS_TIMEOUT": "1s", "EMS_SETTLE": "10m"]) { world in
            let worker = try await world.startWorker()
            func waits(_ id: String) async throws {
                try await eventually("\(id) waits: \(world.lastLog)", within: .seconds(30)) {
                    let shown = try await world.order("orders", "show", id, "--json")
                    return (try? shown.json() as? [[String: Any]])?.first?["state"] as? String == "retrying"
                }
            }
            try await world.fault(
                #"{"match":{"method":"POST","path":"=/entitlements"},"drop":"before","count":1}"#
            )
            try await world.send("create", "create-subscription", "SUB-1", OrderData.creation)
            try await waits("create")
            #expect(try await world.order("orders", "release", "create", "--as", "nonsense").status == 64)
            #expect(try await world.order("orders", "release", "nobody", "--as", "retry-now").status == 1)
            let notApplied = try await world.order("orders", "release", "create", "--as", "not-applied")
            #expect(notApplied.status == 0, "\(notApplied)")
            #expect(try await world.outcome(of: "create").outcome == "succeeded")
            #expect(try await world.order("orders", "release", "create", "--as", "retry-now").status == 1)

            try await world.fault(#"{"match":{"method":"PATCH","path":"/entitlements"},"drop":"before","count":1}"#)
            try await world.send("renew", "renew-subscription", "SUB-1", OrderData.renewal("2031-12-31"))
            try await waits("renew")
            #expect(try await world.order("orders", "release", "renew", "--as", "applied").status == 0)
            let renewed = try await world.outcome(of: "renew")
            #expect(renewed.outcome == "succeeded" && renewed.version == 2)
            #expect(String(decoding: renewed.body, as: UTF8.self).contains("2030-12-31"), "what EMS holds")

            try await world.fault(
                #"{"match":{"method":"GET","path":"/entitlements"},"status":503,"retryAfter":600,"count":1}"#
            )
            try await world.send("again", "renew-subscription", "SUB-1", OrderData.renewal("2032-12-31"))
            try await waits("again")
            #expect(try await world.order("orders", "release", "again", "--as", "retry-now", "--json").status == 0)
            #expect(try await world.outcome(of: "again").outcome == "succeeded")
            try await worker.conserves()
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `Ctrl-C in the middle of a replay loses nothing and runs nothing twice`() async throws {
        try await World.run { world in
            let worker = try await world.startWorker()
            try await world.send("typo", "create-subscription", "SUB-1", "")
            #expect(try await world.outcome(of: "typo").code == "schema-violation")
            let data = world.folder.appending(path: "data.json")
            try Data("{\"subscriptionId\":\"SUB-1\",\(OrderData.creation)}".utf8).write(to: data)
            // A worker that stands still doesn't answer, so that the command is certainly in the middle.
            worker.program.signal("STOP")
            let log = world.folder.appending(path: "replay.log")
            let replay = try await KeptProgram.start(
                "/usr/bin/env",
                [
                    "--default-signal=INT", try Program.path("order-worker"), "dead-letters", "replay", "typo",
                    "--edit",
                    data.path,
                ],
                environment: world.settings,
                logFile: log
            )
            let queue = QueueName("\(world.prefix).dead-letter")
            try await eventually("it has the letter") { try await world.administration.queueDepth(queue).messages == 0 }
            replay.signal("INT")
            #expect(try await replay.exitStatus() == 130)
            try await eventually("the letter is back") {
                try await world.administration.queueDepth(queue).messages == 1
            }
            worker.program.signal("CONT")
            try await worker.becomesReady()
            let again = try await world.order("dead-letters", "replay", "typo", "--edit", data.path, "--json")
            #expect(again.status == 0, "\(again)")
            let id = try #require((try again.json() as? [[String: Any]])?.first?["newId"] as? String)
            #expect(try await world.outcome(of: id).outcome == "succeeded")
            #expect(try await world.administration.queueDepth(queue).messages == 0)
            try await worker.conserves()
            #expect(Set(world.outcomes.filter { $0.command == id }.map(\.body)).count == 1)
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `A dead letter is replaced by an edited command, or discarded, once`() async throws {
        try await World.run { world in
            let worker = try await world.startWorker()
            try await world.send("create", "create-subscription", "SUB-1", OrderData.creation)
            try await world.outcome(of: "create")
            try await world.send("typo", "renew-subscription", "SUB-1", #""term":{"month":12}"#)
            #expect(try await world.outcome(of: "typo").code == "schema-violation")
            try await world.send("no json", to: "renew-subscription")
            let queue = QueueName("\(world.prefix).dead-letter")
            try await eventually("two letters") { try await world.administration.queueDepth(queue).messages == 2 }

            let data = world.folder.appending(path: "data.json")
            try Data(#"{"subscriptionId":"SUB-1","term":{"end":"2031-12-31"}}"#.utf8).write(to: data)
            #expect(try await world.order("dead-letters", "replay", "--edit", data.path).status == 64)
            let killed = try await world.order(
                "dead-letters",
                "replay",
                "typo",
                "--edit",
                data.path,
                more: ["ORDER_WORKER_CRASH_POINT": "letter-published"]
            )
            #expect(killed.status == 137, "\(killed)")
            try await eventually("the letter is back") {
                try await world.administration.queueDepth(queue).messages == 2
            }
            try Data(#"{"subscriptionId":"SUB-1","term":{"end":"2035-12-31"}}"#.utf8)
                .write(to: world.folder.appending(path: "other.json"))
            let replaced = try await world.order("dead-letters", "replay", "typo", "--edit", data.path, "--json")
            #expect(replaced.status == 0, "\(replaced)")
            let line = try #require((try replaced.json() as? [[String: Any]])?.first)
            let newID = try #require(line["newId"] as? String)
            #expect(line["action"] as? String == "replace")
            #expect(try await world.outcome(of: newID).outcome == "succeeded")
            #expect(try await world.entitlement("SUB-1").text.contains("2031-12-31"))

            #expect(try await world.order("dead-letters", "discard", "--all").status == 64)
            let discarded = try await world.order(
                "dead-letters",
                "discard",
                "--all",
                "--reason",
                "malformed-message",
                "--why",
                "a test"
            )
            #expect(discarded.status == 0, "\(discarded)")
            try await eventually("none is left") { try await world.administration.queueDepth(queue).messages == 0 }
            try await worker.conserves()
            #expect(world.outcomes.filter { $0.command == newID }.map(\.version).allSatisfy { $0 == 2 })
        }
    }
}
