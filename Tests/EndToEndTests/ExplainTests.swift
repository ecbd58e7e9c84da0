import Foundation
import LocalServers
import TestKit
import Testing

/// `order-worker orders show --explain`: each command's story in order, and its decision made again.
@Suite struct ExplainTests {
    /// A story as `--json` tells it.
    private struct Story: Decodable {
        struct Event: Decodable {
            var time: String
            var event: String
            var detail: String?
        }

        struct Guard: Decodable {
            var `guard`: String
            var held: Bool
        }

        struct Verdict: Decodable {
            var same: Bool?
            var verdict: String
        }

        var outcome: String?
        var code: String?
        var timeline: [Event]
        var guards: [Guard]?
        var recorded: String?
        var obstacle: String?
        var again: Verdict?
        var now: Verdict?

        var events: [String] { timeline.map(\.event) }
    }

    private func explain(_ id: String, in world: World, more: [String: String] = [:]) async throws -> Story {
        let ended = try await world.order("orders", "show", id, "--explain", "--json", more: more)
        try #require(ended.status == 0, "\(ended)")
        let story = try #require(try JSONDecoder().decode([Story].self, from: Data(ended.output.utf8)).first)
        let times = story.timeline.map(\.time)
        #expect(times == times.sorted(), "\(story.timeline)")
        return story
    }

    @Test(.timeLimit(.minutes(3)))
    func `What was retried, refused, made to wait or given up tells its story in order`() async throws {
        try await World.run(["ORDER_WORKER_TEST_RETRIES": "0.3,0.3,0.3"]) { world in
            try await world.startWorker()
            try await world.send("create", "create-subscription", "SUB-1", OrderData.creation)
            try await world.outcome(of: "create")
            let create = try await explain("create", in: world)
            #expect(
                create.events == [
                    "received", "claimed", "looked-up", "decided", "called", "called", "called", "applied", "ended",
                    "announced",
                ],
                "\(create.timeline)"
            )
            #expect(create.timeline.contains { $0.detail?.hasPrefix("POST /customers: 201 after") ?? false })
            #expect(create.again?.same == true && create.now?.same == true, "\(create)")
            #expect(create.guards?.last?.guard == "product-enabled" && create.guards?.allSatisfy(\.held) == true)

            // A write that fails until it has been parked, and is made then.
            try await world.fault(#"{"match":{"method":"PATCH","path":"/entitlements"},"status":503,"count":4}"#)
            try await world.send("renew", "renew-subscription", "SUB-1", OrderData.renewal("2031-12-31"))
            #expect(try await world.outcome(of: "renew").outcome == "succeeded")
            let renew = try await explain("renew", in: world)
            let first = try #require(renew.events.firstIndex(of: "failed"), "\(renew.timeline)")
            let parked = try #require(renew.events.firstIndex(of: "parked"), "\(renew.timeline)")
            let woken = try #require(renew.events.firstIndex(of: "woken"), "\(renew.timeline)")
            #expect(first < parked && parked < woken, "\(renew.timeline)")
            #expect(renew.events.suffix(4) == ["called", "applied", "ended", "announced"], "\(renew.timeline)")
            #expect(renew.timeline.count { $0.detail?.hasPrefix("PATCH /entitlements/{key}: 503") ?? false } == 4)
            #expect(renew.timeline[parked].detail?.contains("503") == true, "\(renew.timeline)")
            #expect(renew.again?.same == true && renew.recorded?.contains("version 1 → 2") == true, "\(renew)")

            try await world.send("convert", "convert-trial", "SUB-1", OrderData.conversion)
            try await world.outcome(of: "convert")
            let convert = try await explain("convert", in: world)
            #expect(convert.events == ["received", "claimed", "looked-up", "decided", "ended", "announced"])
            #expect(convert.code == "not-a-trial" && convert.again?.same == true, "\(convert)")
            #expect(convert.guards?.map(\.held) == [true, true, false], "\(convert)")

            let early = #""expectedVersion":9,"term":{"months":12}"#
            try await world.send("early", "renew-subscription", "SUB-1", early)
            try await eventually("it waits") {
                try await self.explain("early", in: world).events.last == "parked"
            }
            let waiting = try await explain("early", in: world)
            #expect(waiting.events == ["received", "claimed", "looked-up", "decided", "parked"], "\(waiting.timeline)")
            #expect(waiting.recorded?.contains("premature") == true && waiting.again?.same == true, "\(waiting)")
            #expect(waiting.guards?.last?.guard == "version", "\(waiting)")

            try await world.fault(#"{"match":{"method":"GET","path":"/entitlements/externalId=SUB-9"},"status":500}"#)
            try await world.send("lost", "renew-subscription", "SUB-9", OrderData.renewal("2031-12-31"))
            #expect(try await world.outcome(of: "lost").outcome == "dead-lettered")
            let lost = try await explain("lost", in: world)
            #expect(lost.events.count { $0 == "parked" } == 3 && lost.events.count { $0 == "woken" } == 3)
            #expect(lost.code == "attempts-exhausted" && !lost.events.contains("decided"), "\(lost.timeline)")
            #expect(lost.events.suffix(2) == ["ended", "announced"], "\(lost.timeline)")
            #expect(lost.obstacle?.contains("no verdict") == true, "\(lost)")

            // For a person; and nothing secret.
            let text = try await world.order("orders", "show", "renew", "--explain")
            #expect(text.output.contains("What happened") && text.output.contains("the same"), "\(text)")
            #expect(!text.output.contains("sandbox:") && !text.output.contains("Basic "), "\(text)")
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `A changed conversion window shows what would be decided now`() async throws {
        try await World.run { world in
            try await world.startWorker()
            let start = Date(timeIntervalSinceNow: -12 * 86_400).formatted(.iso8601.year().month().day())
            let trial =
                #"\#(OrderData.customer),"trial":{"days":2,"start":"\#(start)"},"lineItems":[\#(OrderData.line)]"#
            try await world.send("trial", "start-trial", "SUB-1", trial)
            try await world.outcome(of: "trial")
            try await world.send("convert", "convert-trial", "SUB-1", OrderData.conversion)
            #expect(try await world.outcome(of: "convert").outcome == "succeeded")
            let then = try await explain("convert", in: world)
            #expect(then.again?.same == true && then.now?.same == true, "\(then)")
            let narrow = ["CONVERSION_WINDOW": "5d"]
            let now = try await explain("convert", in: world, more: narrow)
            #expect(now.again?.same == true && now.now?.same == false, "\(now)")
            #expect(now.now?.verdict.contains("trial-expired") == true, "\(now)")
            let text = try await world.order("orders", "show", "convert", "--explain", more: narrow)
            #expect(text.output.contains("DIFFERENT, by the current policies: rejected, trial-expired"), "\(text)")
        }
    }
}
