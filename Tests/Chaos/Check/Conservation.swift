import Foundation

/// A worker's `/metrics`, as far as the conservation laws need them.
struct Conservation: Sendable {
    private let values: [String: Double]

    /// Of the worker at that address.
    init(of url: String) async throws {
        let text = String(decoding: try await HTTP.send("GET", url + "/metrics").body, as: UTF8.self)
        values = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.reduce(into: [:]) { values, line in
            guard let gap = line.lastIndex(of: " ") else { return }
            values[String(line[..<gap])] = Double(line[line.index(after: gap)...])
        }
    }

    private func sum(_ name: String) -> Double {
        values.filter { $0.key == name || $0.key.hasPrefix(name + "{") }.values.reduce(0, +)
    }

    /// Whether the worker has nothing to do and the ledger nothing open.
    var isIdle: Bool {
        values["order_worker_in_flight"] == 0 && values["order_worker_ledger_unannounced"] == 0
            && values["order_worker_ledger_claimed"] == values["order_worker_ledger_ended"]
            && values["order_worker_ready"] == 1
    }

    /// What is open, for people.
    var standing: String {
        values.filter { $0.key.hasPrefix("order_worker_ledger") || $0.key == "order_worker_in_flight" }
            .filter { $0.value != 0 }.sorted { $0.key < $1.key }
            .map { "\($0.key.dropFirst("order_worker_".count))=\(Int($0.value))" }.joined(separator: " ")
    }

    /// What isn't conserved.
    func violations(claimed: Int) -> [String] {
        var violations: [String] = []
        let deliveries = sum("order_worker_deliveries_total")
        let settled = sum("order_worker_settled_total") + sum("order_worker_in_flight")
        if deliveries != settled {
            violations.append("invariant 8: \(Int(deliveries)) deliveries, but \(Int(settled)) settled or in flight")
        }
        let ledger = sum("order_worker_ledger_ended") + sum("order_worker_ledger_open")
        if sum("order_worker_ledger_claimed") != ledger {
            violations.append("invariant 8: claimed is not ended + open: \(standing)")
        }
        if Int(sum("order_worker_ledger_claimed")) != claimed {
            violations.append("the ledger has \(standing), and \(claimed) commands were to be claimed")
        }
        return violations
    }
}
