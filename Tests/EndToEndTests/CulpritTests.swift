import AMQP
import Foundation
import LocalServers
import RabbitMQ
import TestKit
import Testing

/// Messages that kill whoever handles them, and their replay.
@Suite(.serialized) struct CulpritTests {
    /// A neighbour may be creating the customer when its worker dies: all that need it wait until that can't land any more.
    static let settings = ["EMS_TIMEOUT": "4s", "EMS_SETTLE": "1s"]

    /// Starts a worker with that crash point again and again, until it lives; answers how often it died.
    static func convict(_ point: String, in world: World, until isDone: @Sendable (World) -> Bool) async throws -> Int {
        for deaths in 0..<20 {
            let worker = try await world.startWorker(["ORDER_WORKER_CRASH_POINT": point], waitsForReady: false)
            try await eventually("it dies or convicts after \(deaths): \(world.lastLog)", within: .seconds(40)) {
                isDone(world) || !worker.isRunning
            }
            // Its services start after it has learnt what TERM means.
            try await eventually("it listens or dies: \(world.lastLog)", within: .seconds(40)) {
                worker.url != nil || !worker.isRunning
            }
            if worker.isRunning { worker.program.signal("TERM") }
            let status = try await worker.program.exitStatus()
            if status == 0 { return deaths }
            #expect(status == 137)
        }
        throw NotInTime(description: "never convicted")
    }

    static func outcomes(of id: String, in world: World) -> [String] {
        world.outcomes.filter { $0.command == id }.map(\.outcome)
    }

    @Test(.timeLimit(.minutes(4)), arguments: ["received", "claimed", "looked-up"])
    func `A message that kills the worker alone three times is a dead letter, its neighbours live`(point: String)
        async throws
    {
        try await World.run(Self.settings) { world in
            for number in 1...5 {
                try await world.send("n\(number)", "create-subscription", "SUB-\(number)", OrderData.creation)
            }
            try await world.send("killer", "create-subscription", "SUB-K", OrderData.creation)
            for number in 6...9 {
                try await world.send("n\(number)", "create-subscription", "SUB-\(number)", OrderData.creation)
            }
            let deaths = try await Self.convict("\(point)@killer", in: world) { world in
                Set(world.outcomes.map(\.command)).count == 10
            }
            #expect(deaths == 4, "one among others, three alone")
            let killer = try await world.outcome(of: "killer")
            #expect(killer.outcome == "dead-lettered" && killer.code == "worker-crashed")
            for number in 1...9 { #expect(Set(Self.outcomes(of: "n\(number)", in: world)) == ["succeeded"]) }
            let letters = try await world.administration.browse(QueueName("\(world.prefix).dead-letter"), limit: 10)
            #expect(letters.map { $0.properties.headers.text("dead-letter-reason") } == ["worker-crashed"])
            #expect(try await world.entitlement("SUB-K").status == 404)
            let worker = try await world.startWorker()
            try await worker.conserves()
        }
    }

    @Test(.timeLimit(.minutes(4)))
    func `A worker that is killed or loses its broker at other messages convicts nobody`() async throws {
        try await World.run(Self.settings) { world in
            try await world.fault(#"{"match":{"path":"/entitlements"},"delayMs":30}"#)
            for number in 1...20 {
                try await world.send("c\(number)", "create-subscription", "SUB-\(number)", OrderData.creation)
            }
            // Each time at another one.
            for point in ["claimed:1", "looked-up:1", "recorded:1", "writing:2", "written:1", "completed:1"] {
                let worker = try await world.startWorker(["ORDER_WORKER_CRASH_POINT": point], waitsForReady: false)
                #expect(try await worker.program.exitStatus() == 137, "\(point)")
            }
            for point in ["published:1", "confirmed:1", "acknowledging:1", "applied:1"] {
                let worker = try await world.startWorker(["ORDER_WORKER_CRASH_POINT": point], waitsForReady: false)
                #expect(try await worker.program.exitStatus() == 137, "\(point)")
            }
            let worker = try await world.startWorker()
            try await eventually("all succeed: \(world.lastLog)", within: .seconds(60)) {
                Set(world.outcomes.map(\.command)).count == 20
            }
            #expect(Set(world.outcomes.map(\.outcome)) == ["succeeded"])
            #expect(Set(world.outcomes.map(\.body)).count == 20, "invariant 6")
            try await worker.conserves()
        }
    }

    @Test(.timeLimit(.minutes(4)))
    func `A replay that is killed anywhere runs its command once`() async throws {
        try await World.run(Self.settings) { world in
            for name in ["killer-1", "killer-2"] {
                try await world.send(name, "create-subscription", "SUB-\(name)", OrderData.creation)
            }
            let deaths = try await Self.convict("received@killer", in: world) { $0.outcomes.count == 2 }
            #expect(deaths == 7, "three for each, and one together")
            let queue = QueueName("\(world.prefix).dead-letter")
            let plan = try await world.order("dead-letters", "replay", "--all", "--plan")
            #expect(plan.status == 0 && plan.output.contains("would be sent again, as round 2"), "\(plan)")
            #expect(try await world.administration.queueDepth(queue).messages == 2)

            // Once with no worker, killed after the ledger has its round; once with one, killed before the ack.
            let opened = try await world.order(
                "dead-letters",
                "replay",
                "killer-1",
                more: ["ORDER_WORKER_CRASH_POINT": "round-opened"]
            )
            #expect(opened.status == 137, "\(opened)")
            let worker = try await world.startWorker()
            let published = try await world.order(
                "dead-letters",
                "replay",
                "killer-2",
                more: ["ORDER_WORKER_CRASH_POINT": "letter-published"]
            )
            #expect(published.status == 137, "\(published)")
            try await eventually("the letters are back") {
                try await world.administration.queueDepth(queue).messages == 2
            }
            try await eventually("the published one runs") {
                Self.outcomes(of: "killer-2", in: world).contains("succeeded")
            }
            let again = try await world.order("dead-letters", "replay", "--all", "--json")
            #expect(again.status == 0, "\(again)")
            let lines = try #require(try again.json() as? [[String: Any]])
            let actions = lines.reduce(into: [String: String]()) { actions, line in
                actions[line["id"] as? String ?? ""] = line["action"] as? String
            }
            #expect(actions == ["killer-1": "replay", "killer-2": "take-away"])
            try await eventually("both ran") { Self.outcomes(of: "killer-1", in: world).contains("succeeded") }
            try await worker.conserves()
            #expect(try await world.administration.queueDepth(queue).messages == 0)
            for name in ["killer-1", "killer-2"] {
                let events = world.outcomes.filter { $0.command == name }
                #expect(events.map(\.outcome) == ["dead-lettered", "succeeded"])
                #expect(Set(events.map(\.id)).count == 2)
            }
            let shown = try await world.order("orders", "show", "killer-1", "--json")
            #expect((try shown.json() as? [[String: Any]])?.first?["round"] as? Int == 2, "\(shown)")
            #expect(try await world.order("dead-letters", "replay", "--all").status == 1, "none is left")
        }
    }
}
