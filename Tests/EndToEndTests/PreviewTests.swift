import Foundation
import LocalServers
import TestKit
import Testing

/// `order-worker preview`: what it says comes true, and saying it leaves no trace.
@Suite struct PreviewTests {
    @Test(.timeLimit(.minutes(3)))
    func `A preview writes nothing anywhere, and what it shows is what then happens`() async throws {
        try await World.run { world in
            let ledger = world.folder.appending(path: "ledger.sqlite")
            let creation = "{\"subscriptionId\":\"SUB-1\",\(OrderData.creation)}"
            let first = try await world.order(
                "preview",
                "--operation",
                "create-subscription",
                "--data",
                creation
            )
            #expect(first.status == 0 && first.output.contains("would succeed"), "\(first)")
            #expect(first.output.contains("POST /customers?returnResource=true"), "\(first)")
            #expect(first.output.contains("product-enabled"), "\(first)")
            #expect(try await world.writes().isEmpty)
            let files = try FileManager.default.contentsOfDirectory(atPath: world.folder.path)
            #expect(!files.contains { $0.hasPrefix("ledger") }, "\(files)")

            var worker = try await world.startWorker()
            try await world.send("create", "create-subscription", "SUB-1", OrderData.creation)
            try await world.outcome(of: "create")
            #expect(try await world.writes() == ["POST /customers": 1, "POST /contacts": 1, "POST /entitlements": 1])
            worker.program.signal("TERM")
            #expect(try await worker.program.exitStatus() == 0)
            let before = try Data(contentsOf: ledger)

            // An order as it will be sent: the identity is in the calls.
            let order = world.folder.appending(path: "order.json")
            let event = #"""
                {"specversion":"1.0","id":"upsell","source":"/shop","type":"orders.renew-with-upsell.v1",
                 "data":{"subscriptionId":"SUB-1",\#(OrderData.upsell)}}
                """#
            try Data(event.utf8).write(to: order)
            let snapshot = world.folder.appending(path: "snapshot.json").path
            let live = try await world.order("preview", order.path, "--save", snapshot, "--json")
            #expect(live.status == 0, "\(live)")
            #expect(try Data(contentsOf: ledger) == before)
            #expect(try await world.writes().values.reduce(0, +) == 3)
            // Offline there is neither EMS nor a ledger.
            let nowhere = ["EMS_URL": "http://127.0.0.1:1/ems", "LEDGER_URL": "sqlite:/nowhere/ledger.sqlite"]
            let offline = try await world.order("preview", order.path, "--snapshot", snapshot, "--json", more: nowhere)
            #expect(offline.output == live.output && offline.status == 0, "\(offline)")
            let text = try await world.order("preview", order.path)
            let textOffline = try await world.order("preview", order.path, "--snapshot", snapshot, more: nowhere)
            #expect(text.output == textOffline.output, "\(text) \(textOffline)")

            worker = try await world.startWorker()
            try await world.send(event, to: "renew-with-upsell")
            let outcome = try await world.outcome(of: "upsell")
            let told = try #require(try live.json() as? [String: Any])
            let happened = try #require(try JSONSerialization.jsonObject(with: Data(outcome.body)) as? [String: Any])
            let data = try #require(happened["data"] as? [String: Any])
            #expect(told["changes"] as? NSArray == data["changes"] as? NSArray)
            let after = try #require(told["after"] as? [String: Any])
            #expect(after["version"] as? Int == data["version"] as? Int)
            #expect(after["state"] as? String == data["state"] as? String)
            // The one of before would contradict the changes.
            #expect(after["entitlement"] == nil)
            #expect((told["before"] as? [String: Any])?["entitlement"] != nil)
            #expect((told["calls"] as? [[String: Any]])?.compactMap { $0["method"] as? String } == ["PATCH"])
            #expect(try await world.writes()["PATCH /entitlements/{key}"] == 1)
            #expect(try await world.writes().values.reduce(0, +) == 4)
            try await worker.conserves()
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `What would be refused, dead-lettered or wait says so, and ends with 1`() async throws {
        try await World.run { world in
            try await world.startWorker()
            try await world.send("create", "create-subscription", "SUB-1", OrderData.creation)
            try await world.outcome(of: "create")
            func preview(_ operation: String, _ data: String, _ more: String...) async throws -> Program.Ended {
                try await Program.orderWorker(
                    ["preview", "--operation", operation, "--data", data] + more,
                    environment: world.settings,
                    in: world.folder
                )
            }
            let rejected = try await preview("convert-trial", #"{"subscriptionId":"SUB-1","term":{"months":1}}"#)
            #expect(rejected.status == 1 && rejected.output.contains("would be rejected, not-a-trial"), "\(rejected)")
            #expect(rejected.output.contains("NO") && !rejected.output.contains("Calls"), "\(rejected)")
            let renewal = #"{"subscriptionId":"SUB-1","expectedVersion":4,"term":{"months":12}}"#
            let early = try await preview("renew-subscription", renewal)
            #expect(early.status == 1 && early.output.contains("would wait for version 4"), "\(early)")
            #expect(early.output.contains("within 20 s: rejected, predecessor-timeout"), "\(early)")
            let poison = try await preview("renew-subscription", #"{"subscriptionId":"SUB-1","trem":{}}"#, "--json")
            let letter = (try poison.json() as? [String: Any])?["deadLetter"] as? [String: Any]
            #expect(poison.status == 1 && letter?["reason"] as? String == "schema-violation", "\(poison)")
            // Of what would be dead-lettered EMS need not be known.
            let unknown = ContractExampleTests.examples.appending(path: "renew-subscription/poison-unknown-type.json")
            let told = try await world.order("preview", unknown.path, "--json", more: ["EMS_URL": ""])
            let verdict = try told.json() as? [String: Any]
            #expect(told.status == 1 && verdict?["verdict"] as? String == "dead-lettered", "\(told)")
            let rubbish = try await preview("renew-subscription", "rubbish")
            #expect(rubbish.status == 1 && rubbish.output.contains("malformed-message"), "\(rubbish)")
            // After its end it is the day that decides.
            let term = #"{"subscriptionId":"SUB-1","term":{"end":"2031-12-31"}}"#
            #expect(try await preview("renew-subscription", term).status == 0)
            #expect(try await preview("renew-subscription", term, "--today", "2031-01-30").status == 0)
            let late = try await preview("renew-subscription", term, "--today", "2031-01-31")
            #expect(late.status == 1 && late.output.contains("subscription-lapsed"), "\(late)")
            #expect(try await preview("view-entitlement", #"{"subscriptionId":"SUB-1"}"#).status == 64)
            #expect(try await preview("renew-subscription", term, "--today", "soon").status == 64)
            let unset = try await world.order(
                "preview",
                "--operation",
                "renew-subscription",
                "--data",
                term,
                more: ["EMS_URL": "nowhere"]
            )
            #expect(unset.status == 78, "\(unset)")
            #expect(try await world.writes().values.reduce(0, +) == 3)
        }
    }
}

extension World {
    /// How often the sandbox was asked to change something, by method and route.
    fileprivate func writes() async throws -> [String: Int] {
        let text = try await HTTP.send("GET", "\(sandbox.rootURL)/sandbox/calls").text
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        let counts = try #require(object?["calls"] as? [String: Int], "\(text)")
        return counts.filter { !$0.key.hasPrefix("GET") && $0.value > 0 }
    }
}
