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
