import Foundation
import LocalServers
import TestKit
import Testing

/// A running `order-worker run`.
struct WorkerProcess: Sendable {
    let program: KeptProgram

    /// The address of health and metrics, once its log says it.
    var url: String? {
        program.log.split(separator: "\n").first { $0.contains("url=") && $0.hasSuffix(" listening") }?
            .split(separator: " ").first { $0.hasPrefix("url=") }.map { String($0.dropFirst(4)) }
    }

    /// Whether it hasn't ended; asks the kernel, since waiting for the end would keep signals from it.
    var isRunning: Bool { FileManager.default.fileExists(atPath: "/proc/\(program.pid)/exe") }

    func becomesReady(within limit: Duration = .seconds(40)) async throws {
        try await eventually("the worker is ready: \(program.log.suffix(2000))", within: limit) {
            guard let url = self.url else { return false }
            return (try? await HTTP.send("GET", url + "/readyz").status) == 200
        }
    }

    /// The metrics by name and labels, as they are printed.
    func metrics() async throws -> [String: Double] {
        let url = try #require(self.url)
        let text = try await HTTP.send("GET", url + "/metrics").text
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.reduce(into: [:]) { metrics, line in
            guard let gap = line.lastIndex(of: " ") else { return }
            metrics[String(line[..<gap])] = Double(line[line.index(after: gap)...])
        }
    }

    /// Checks invariant 8 on a worker that has nothing to do: every delivery met a fate, every command has ended.
    func conserves() async throws {
        try await eventually("the worker is idle", within: .seconds(30)) {
            let metrics = try await self.metrics()
            return metrics["order_worker_in_flight"] == 0 && metrics["order_worker_ledger_unannounced"] == 0
                && metrics["order_worker_ledger_claimed"] == metrics["order_worker_ledger_ended"]
        }
        let metrics = try await self.metrics()
        func sum(_ name: String) -> Double { metrics.filter { $0.key.hasPrefix(name + "{") }.values.reduce(0, +) }
        #expect(
            metrics["order_worker_deliveries_total"] == sum("order_worker_settled_total"),
            "invariant 8: \(metrics)"
        )
        let open = sum("order_worker_ledger_open")
        let ended = metrics["order_worker_ledger_ended"] ?? -1
        #expect(metrics["order_worker_ledger_claimed"] == ended + open, "invariant 8: \(metrics)")
    }
}
