import Foundation
import LocalServers
import TestKit
import Testing

/// Two workers share a ledger in PostgreSQL.
@Suite(.serialized) struct ManyWorkersTests {
    private static func ledgerURL() async throws -> String {
        let schema = "e2e" + UUID().uuidString.replacing("-", with: "").lowercased()
        return try await PostgresServer.shared().url(schema: schema)
    }

    @Test(.timeLimit(.minutes(4)))
    func `When one of two workers is killed, the other one does everything, once`() async throws {
        let settings = [
            "LEDGER_URL": try await Self.ledgerURL(), "EMS_TIMEOUT": "2s", "EMS_SETTLE": "1s", "PREDECESSOR_WAIT": "5m",
        ]
        try await World.run(settings) { world in
            try await world.fault(#"{"match":{"path":"/entitlements"},"delayMs":30}"#)
            let first = try await world.startWorker(["CONCURRENCY": "8", "PREFETCH": "20"])
            let second = try await world.startWorker(["CONCURRENCY": "8", "PREFETCH": "20"])
            async let ordered: Void = CrashTests.order(60, in: world)
            try await eventually("both work: \(world.lastLog)", within: .seconds(60)) {
                let outcomes = try await [first, second].asyncMap {
                    try await $0.metrics()["order_worker_deliveries_total"] ?? 0
                }
                return world.outcomes.count >= 40 && outcomes.allSatisfy { $0 > 10 }
            }
            first.program.signal("KILL")
            #expect(try await first.program.exitStatus() == 137)
            try await ordered
            try await CrashTests.verify(60, in: world, second)
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `A new customer whose subscriptions two workers create at once is created once`() async throws {
        try await World.run(["LEDGER_URL": try await Self.ledgerURL()]) { world in
            // Nobody sees the customer before the other one has looked as well.
            try await world.fault(#"{"match":{"path":"/customers"},"delayMs":150}"#)
            try await world.fault(#"{"match":{"path":"/contacts"},"delayMs":150}"#)
            let workers = [
                try await world.startWorker(["PREFETCH": "4"]), try await world.startWorker(["PREFETCH": "4"]),
            ]
            for number in 1...16 {
                try await world.send("c\(number)", "create-subscription", "SUB-\(number)", OrderData.creation)
            }
            try await eventually("all succeed: \(world.lastLog)", within: .seconds(60)) {
                world.outcomes.count { $0.outcome == "succeeded" } == 16
            }
            for worker in workers {
                #expect(try await worker.metrics()["order_worker_deliveries_total"] ?? 0 > 1, "both had some")
            }
            #expect(try await world.calls("POST /customers") == 1)
            #expect(try await world.calls("POST /contacts") == 1)
            try await workers[0].conserves()
        }
    }

    @Test(.timeLimit(.minutes(4)))
    func `Operators' commands write a ledger in PostgreSQL, and every worker obeys`() async throws {
        let settings = ["LEDGER_URL": try await Self.ledgerURL(), "EMS_TIMEOUT": "1s", "EMS_SETTLE": "10m"]
        try await World.run(settings) { world in
            let workers = [try await world.startWorker(), try await world.startWorker()]
            try await world.send("create", "create-subscription", "SUB-1", OrderData.creation)
            try await world.outcome(of: "create")
            let paused = try await world.order("pause", "renew-subscription", "--reason", "EMS moves")
            #expect(paused.status == 0, "\(paused)")
            try await eventually("both know", within: .seconds(5)) {
                for worker in workers {
                    let metrics = try await worker.metrics()
                    guard metrics[#"order_worker_paused{operation="renew-subscription"}"#] == 1 else { return false }
                }
                return true
            }
            try await world.send("renew", "renew-subscription", "SUB-1", OrderData.renewal("2031-12-31"))
            try await eventually("it waits") {
                var held = 0.0
                for worker in workers { held += try await worker.metrics()["order_worker_held_by_pause"] ?? 0 }
                return held == 1
            }
            #expect(try await world.order("resume", "renew-subscription").output.contains("goes on"))
            #expect(try await world.outcome(of: "renew").outcome == "succeeded")

            try await world.fault(#"{"match":{"method":"PATCH","path":"/entitlements"},"drop":"before","count":1}"#)
            try await world.send("lost", "renew-subscription", "SUB-1", OrderData.renewal("2032-12-31"))
            try await eventually("it waits: \(world.lastLog)", within: .seconds(30)) {
                try await world.order("orders", "show", "lost").output.contains("retrying")
            }
            let released = try await world.order("orders", "release", "lost", "--as", "not-applied")
            #expect(released.status == 0, "\(released)")
            #expect(try await world.outcome(of: "lost").outcome == "succeeded")
            let explained = try await world.order("orders", "show", "lost", "--explain")
            #expect(explained.output.contains("by an operator, as not-applied"), "\(explained)")
            #expect(try await world.entitlement("SUB-1").text.contains("2032-12-31"))

            for name in ["typo", "spam"] {
                try await world.send(name, "renew-subscription", "SUB-1", #""term":{"month":12}"#)
                try await world.outcome(of: name)
            }
            let data = world.folder.appending(path: "data.json")
            try Data("{\"subscriptionId\":\"SUB-1\",\(OrderData.renewal("2033-12-31"))}".utf8).write(to: data)
            let replaced = try await world.order("dead-letters", "replay", "typo", "--edit", data.path, "--json")
            let line = try #require((try replaced.json() as? [[String: Any]])?.first, "\(replaced)")
            #expect(try await world.outcome(of: try #require(line["newId"] as? String)).outcome == "succeeded")
            let discarded = try await world.order("dead-letters", "discard", "spam", "--why", "a test")
            #expect(discarded.status == 0, "\(discarded)")
            for worker in workers { try await worker.conserves() }
        }
    }

    @Test(.timeLimit(.minutes(4)))
    func `A round that an operator opens runs once, on one of the workers`() async throws {
        let settings = ["LEDGER_URL": try await Self.ledgerURL(), "EMS_TIMEOUT": "2s", "EMS_SETTLE": "1s"]
        try await World.run(settings) { world in
            for name in ["killer", "other"] {
                try await world.send(name, "create-subscription", "SUB-\(name)", OrderData.creation)
            }
            // Three among others, for what a message does before its claim no ledger knows of; then three alone.
            let deaths = try await CulpritTests.convict("received@killer", in: world) { $0.outcomes.count == 2 }
            #expect(deaths == 6)
            #expect(try await world.outcome(of: "killer").code == "worker-crashed")
            #expect(try await world.outcome(of: "other").outcome == "succeeded")
            let workers = [try await world.startWorker(), try await world.startWorker()]
            let replayed = try await world.order("dead-letters", "replay", "killer")
            #expect(replayed.status == 0, "\(replayed)")
            try await eventually("it succeeds") {
                CulpritTests.outcomes(of: "killer", in: world) == ["dead-lettered", "succeeded"]
            }
            #expect(try await world.order("orders", "show", "killer", "--json").output.contains(#""round" : 2"#))
            for worker in workers { try await worker.conserves() }
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func `A server that is gone for a while under load loses nothing and repeats nothing`() async throws {
        // Longer, by hand: how it does when every lease is over.
        let seconds = ProcessInfo.processInfo.environment["POSTGRES_OUTAGE_SECONDS"].flatMap { Double($0) } ?? 10
        let orders = 150
        let server = try await PostgresServer.dedicated()
        defer { server.letGo() }
        let settings = [
            "LEDGER_URL": server.url(schema: "outage"), "EMS_TIMEOUT": "2s", "EMS_SETTLE": "1s",
            "PREDECESSOR_WAIT": "5m",
        ]
        try await World.run(settings) { world in
            try await world.fault(#"{"match":{"path":"/entitlements"},"delayMs":30}"#)
            let workers = [
                try await world.startWorker(["CONCURRENCY": "8", "PREFETCH": "20"]),
                try await world.startWorker(["CONCURRENCY": "8", "PREFETCH": "20"]),
            ]
            async let ordered: Void = CrashTests.order(orders, in: world)
            try await eventually("both work: \(world.lastLog)", within: .seconds(60)) { world.outcomes.count >= 40 }
            try await server.kill()
            let down = ContinuousClock.now
            try await eventually("neither is ready", within: .seconds(20)) {
                for worker in workers {
                    let status = try await HTTP.send("GET", try #require(worker.url) + "/readyz").status
                    guard status == 503 else { return false }
                }
                return true
            }
            try await eventually("the time is over", within: .seconds(seconds + 30)) {
                .now - down >= .seconds(seconds)
            }
            for worker in workers { #expect(worker.isRunning) }
            try await server.start()
            try await ordered
            try await CrashTests.verify(orders, in: world, workers[0])
            try await workers[1].conserves()
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `Check and orders read the ledger from outside, and an address that leads nowhere ends with 78`() async throws
    {
        let url = try await Self.ledgerURL()
        try await World.run(["LEDGER_URL": url]) { world in
            #expect(try await world.order("check").output.contains("not there yet"))
            let worker = try await world.startWorker()
            try await world.send("c1", "create-subscription", "SUB-1", OrderData.creation)
            try await eventually("it is done") { world.outcomes.count == 1 }
            let shown = try await world.order("orders", "show", "c1")
            #expect(shown.status == 0 && shown.output.contains("succeeded"))
            let checked = try await world.order("check")
            #expect(checked.status == 0 && checked.output.contains("1 commands"), "\(checked)")
            #expect(!checked.output.contains("orders@"))
            worker.program.signal("TERM")
            #expect(try await worker.program.exitStatus() == 0)
            let wrong = url.replacing("/postgres?", with: "/nowhere?")
            let refused = try await world.order("run", more: ["LEDGER_URL": wrong])
            #expect(refused.status == 78, "\(refused)")
        }
    }
}

extension Sequence {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
