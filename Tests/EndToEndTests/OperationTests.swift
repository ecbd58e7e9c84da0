import AMQP
import Foundation
import RabbitMQ
import TestKit
import Testing

/// The whole way: RabbitMQ, the worker's process, EMS.
@Suite struct OperationTests {
    @Test(.timeLimit(.minutes(3)))
    func `All operations succeed, and EMS holds what was ordered`() async throws {
        try await World.run { world in
            let worker = try await world.startWorker()
            let steps: [(id: String, operation: String, data: String)] = [
                ("trial", "start-trial", OrderData.trial), ("convert", "convert-trial", OrderData.conversion),
                ("renew", "renew-subscription", OrderData.renewal("2031-12-31")),
                ("upsell", "renew-with-upsell", OrderData.upsell),
                ("reduce", "renew-with-reduced-tier", OrderData.reduction), ("view", "view-entitlement", ""),
            ]
            for step in steps {
                try await world.send(step.id, step.operation, "SUB-1", step.data)
                let outcome = try await world.outcome(of: step.id)
                #expect(outcome.outcome == "succeeded", "\(step.id): \(outcome)")
                #expect(outcome.key == "\(step.operation).succeeded")
            }
            let held = try await world.entitlement("SUB-1").text
            #expect(held.contains("2033-12-31"))
            #expect(held.contains("SUB-1/2"))
            try await world.send("create", "create-subscription", "SUB-2", OrderData.creation)
            #expect(try await world.outcome(of: "create").version == 1)
            #expect(try await world.entitlement("SUB-2").text.contains("2030-12-31"))
            try await world.send("cancel", "cancel-subscription", "SUB-2", OrderData.cancellation)
            #expect(try await world.outcome(of: "cancel").outcome == "succeeded")
            #expect(try await world.entitlement("SUB-2").text.contains("CLOSED"))
            let sync =
                #"{"specversion":"1.0","id":"sync","source":"/shop","type":"orders.sync-entitlements.v1","data":{}}"#
            try await world.send(sync, to: "sync-entitlements")
            try await eventually("the sync is through", within: .seconds(20)) {
                world.outcomes.contains { $0.command == "sync" && $0.outcome == "succeeded" }
            }
            let events = world.outcomes.filter { $0.command == "sync" }
            #expect(events.map(\.outcome) == ["entitlement", "entitlement", "succeeded"])
            #expect(events.last?.count == 2)
            try await worker.conserves()
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `An illegal command is rejected, a duplicate gets the same event, poison explains itself`() async throws {
        try await World.run { world in
            let worker = try await world.startWorker()
            try await world.send("create", "create-subscription", "SUB-1", OrderData.creation)
            let first = try await world.outcome(of: "create")
            try await world.send("again", "create-subscription", "SUB-1", OrderData.creation)
            #expect(try await world.outcome(of: "again").code == "subscription-exists")
            try await world.send("convert", "convert-trial", "SUB-1", OrderData.conversion)
            #expect(try await world.outcome(of: "convert").code == "not-a-trial")

            try await world.send("create", "create-subscription", "SUB-1", OrderData.creation)
            try await eventually("the event again") { world.outcomes.count { $0.command == "create" } == 2 }
            #expect(world.outcomes.last { $0.command == "create" }?.body == first.body)

            try await world.send("no json", to: "renew-subscription")
            try await world.send("lost", "renew-subscritpion", "SUB-1", OrderData.renewal("2035-01-01"))
            let queue = QueueName("\(world.prefix).dead-letter")
            try await eventually("two dead letters", within: .seconds(20)) {
                try await world.administration.queueDepth(queue).messages == 2
            }
            let letters = try await world.administration.browse(queue, limit: 10)
            let reasons = letters.compactMap { $0.properties.headers.text("dead-letter-reason") }
            #expect(reasons.sorted() == ["malformed-message", "unroutable"])
            #expect(letters.contains { $0.body == Array("no json".utf8) })
            try await worker.conserves()
        }
    }

    @Test(.timeLimit(.minutes(3)), arguments: ["before", "after", "late"])
    func `Invariant 3: a creation whose answer is dropped has one effect`(drop: String) async throws {
        try await World.run(["EMS_TIMEOUT": "1s", "EMS_SETTLE": "2s"]) { world in
            let worker = try await world.startWorker()
            let delay = drop == "late" ? #","delayMs":1500"# : ""
            try await world.fault(
                #"{"match":{"method":"POST","path":"=/entitlements"},"drop":"\#(drop)","count":1\#(delay)}"#
            )
            try await world.send("create", "create-subscription", "SUB-1", OrderData.creation)
            #expect(try await world.outcome(of: "create").outcome == "succeeded")
            try await world.fault(
                #"{"match":{"method":"PATCH","path":"/entitlements"},"drop":"\#(drop)","count":1\#(delay)}"#
            )
            try await world.send("upsell", "renew-with-upsell", "SUB-1", OrderData.upsell)
            let outcome = try await world.outcome(of: "upsell")
            #expect(outcome.outcome == "succeeded", "\(outcome)")
            let held = try await world.entitlement("SUB-1").text
            #expect(held.contains("2032-12-31"))
            #expect(held.components(separatedBy: "SUB-1/2\"").count == 2, "one line of that id: \(held)")
            try await world.send(
                #"{"specversion":"1.0","id":"sync","source":"/shop","type":"orders.sync-entitlements.v1","data":{}}"#,
                to: "sync-entitlements"
            )
            try await eventually("the sync is through", within: .seconds(20)) {
                world.outcomes.contains { $0.command == "sync" && $0.count == 1 }
            }
            try await worker.conserves()
        }
    }
}
