import AMQP
import Foundation
import LocalServers
import RabbitMQ
import TestKit
import Testing

/// Workers and brokers that die in the middle.
@Suite(.serialized) struct CrashTests {
    /// Three commands for each subscription, over two queues, the later ones numbered.
    static func order(_ subscriptions: Int, in world: World) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...subscriptions {
                group.addTask {
                    let name = "SUB-\(number)"
                    let upsell = OrderData.upsell + #","expectedVersion":2"#
                    let renewal = OrderData.renewal("2031-12-31") + #","expectedVersion":1"#
                    try await world.send("u\(number)", "renew-with-upsell", name, upsell)
                    try await world.send("c\(number)", "create-subscription", name, OrderData.creation)
                    try await world.send("r\(number)", "renew-subscription", name, renewal)
                }
            }
            try await group.waitForAll()
        }
    }

    /// Waits until every command has ended, and checks that each had one effect and one outcome.
    static func verify(_ subscriptions: Int, in world: World, _ worker: WorkerProcess) async throws {
        let ids = (1...subscriptions).flatMap { ["c\($0)", "r\($0)", "u\($0)"] }
        try await world.outcomes(of: ids, within: .seconds(90))
        try await worker.conserves()
        let outcomes = Dictionary(grouping: world.outcomes, by: \.command)
        #expect(Set(outcomes.keys) == Set(ids))
        for (id, events) in outcomes {
            #expect(Set(events.map(\.body)).count == 1, "invariant 6: \(id) has one outcome, byte for byte: \(events)")
            #expect(events.first?.outcome == "succeeded", "\(id): \(events)")
        }
        for number in 1...subscriptions {
            let held = try await world.entitlement("SUB-\(number)").text
            #expect(held.contains("2032-12-31"), "SUB-\(number): \(held)")
            #expect(held.components(separatedBy: "\"SUB-\(number)/2\"").count == 2, "one second line: \(held)")
        }
        let queues = ["create-subscription", "renew-subscription", "renew-with-upsell", "dead-letter", "undelivered"]
        for queue in queues {
            let depth = try await world.administration.queueDepth(QueueName("\(world.prefix).\(queue)"))
            #expect(depth.messages == 0, "\(queue)")
        }
        let metrics = try await worker.metrics()
        #expect(metrics["order_worker_ledger_claimed"] == Double(ids.count))
    }

    @Test(.timeLimit(.minutes(4)))
    func `A worker that is killed several times in the middle loses nothing and does nothing twice`() async throws {
        try await World.run(["EMS_TIMEOUT": "2s", "EMS_SETTLE": "1s", "PREDECESSOR_WAIT": "5m"]) { world in
            // EMS is a little slow, so that every kill finds calls in the middle.
            try await world.fault(#"{"match":{"path":"/entitlements"},"delayMs":30}"#)
            var worker = try await world.startWorker(["CONCURRENCY": "8"])
            async let ordered: Void = Self.order(100, in: world)
            for count in [20, 80, 160, 240] {
                try await eventually("\(count) outcomes: \(world.lastLog)", within: .seconds(60)) {
                    world.outcomes.count >= count
                }
                worker.program.signal("KILL")
                #expect(try await worker.program.exitStatus() == 137)
                worker = try await world.startWorker(["CONCURRENCY": "8"])
            }
            try await ordered
            try await Self.verify(100, in: world, worker)
        }
    }

    @Test(.timeLimit(.minutes(4)))
    func `A broker that restarts in the middle loses nothing`() async throws {
        let server = try await RabbitMQServer.dedicated()
        defer { server.letGo() }
        try await World.run(server: server, ["PREDECESSOR_WAIT": "5m"]) { world in
            try await world.fault(#"{"match":{"path":"/entitlements"},"delayMs":30}"#)
            let worker = try await world.startWorker(["CONCURRENCY": "4"])
            try await Self.order(30, in: world)
            try await eventually("some outcomes", within: .seconds(30)) { world.outcomes.count >= 15 }
            try await server.terminate()
            try await eventually("the worker sees it", within: .seconds(20)) {
                guard let url = worker.url else { return false }
                return try await HTTP.send("GET", url + "/readyz").status == 503
            }
            try await server.start()
            try await Self.verify(30, in: world, worker)
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `SIGTERM finishes what was begun, gives back the rest, and ends with 0`() async throws {
        try await World.run { world in
            try await world.fault(#"{"match":{"path":"/entitlements"},"delayMs":100}"#)
            let worker = try await world.startWorker(["CONCURRENCY": "2", "PREFETCH": "10"])
            for number in 1...60 {
                try await world.send("c\(number)", "create-subscription", "SUB-\(number)", OrderData.creation)
            }
            try await eventually("it works") { !world.outcomes.isEmpty }
            worker.program.signal("TERM")
            #expect(try await worker.program.exitStatus() == 0)
            #expect(worker.program.log.contains("ended in order"))
            let queue = QueueName("\(world.prefix).create-subscription")
            let left = try await world.administration.queueDepth(queue).messages
            #expect(left > 0)
            try await eventually("what was taken has its outcome") {
                Set(world.outcomes.map(\.command)).count == 60 - left
            }
            let next = try await world.startWorker()
            try await eventually("the rest too", within: .seconds(30)) {
                Set(world.outcomes.map(\.command)).count == 60
            }
            #expect(world.outcomes.count == 60)
            try await next.conserves()
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `EMS that is down at the start and comes later costs nothing`() async throws {
        try await World.run(["EMS_TIMEOUT": "2s", "EMS_SETTLE": "1s"]) { world in
            try await world.fault(#"{"match":{},"status":503}"#)
            let worker = try await world.startWorker()
            for number in 1...20 {
                try await world.send("c\(number)", "create-subscription", "SUB-\(number)", OrderData.creation)
            }
            try await eventually("orders wait", within: .seconds(20)) {
                try await worker.metrics()["order_worker_deliveries_total"] == 20
            }
            try await eventually("it says so", within: .seconds(20)) {
                guard let url = worker.url else { return false }
                return try await HTTP.send("GET", url + "/readyz").text.contains("fails for everyone")
            }
            #expect(world.outcomes.isEmpty)
            _ = try await HTTP.send("DELETE", "\(world.sandbox.rootURL)/sandbox/faults")
            try await eventually("all succeed", within: .seconds(60)) { world.outcomes.count == 20 }
            #expect(world.outcomes.allSatisfy { $0.outcome == "succeeded" })
            try await worker.conserves()
        }
    }
}
