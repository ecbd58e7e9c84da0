import Foundation

/// All that is known of one subscription, for whoever looks for the fault.
struct Explanation: Sendable {
    let cell: Cell
    let checker: Checker

    func text(of name: String) async -> String {
        guard let history = checker.plan.histories.first(where: { $0.name == name }) else { return "" }
        var lines = ["--- \(name), \(history.isNumbered ? "numbered" : "not numbered"), in \(cell.folder.path)"]
        if let adopted = history.adopted { lines.append("in EMS beforehand: \(adopted)") }
        for planned in history.commands {
            let data = CommandJSON.event(planned.command, id: planned.id)
            let text = String(decoding: data, as: UTF8.self)
            let sent = cell.plan.messages.filter { $0.body == data }.count
            lines.append("command \(planned.id)\(planned.isLink ? " (link)" : ""), sent \(sent) times: \(text)")
            for event in checker.events.filter({ $0.command == planned.id }) {
                lines.append("    \(event.line)")
                let body = try? JSONSerialization.jsonObject(with: Data(event.body)) as? [String: Any]
                let data = body?["data"] as? [String: Any]
                if let changes = data?["changes"] ?? data?["rejection"] ?? data?["deadLetter"],
                    let json = try? JSONSerialization.data(withJSONObject: changes, options: .withoutEscapingSlashes)
                {
                    lines.append("        \(body?["time"] ?? "") \(String(decoding: json, as: UTF8.self).prefix(1500))")
                }
            }
        }
        for edit in checker.edits where edit.subscription == name { lines.append("edited by hand: \(edit.kind)") }
        let calls = (try? await cell.lane.sandbox.audit(name)) ?? []
        lines += calls.reversed().map { "EMS: \($0)" }
        if let held = (try? await cell.lane.sandbox.entitlement(name)) ?? nil,
            let json = try? JSONSerialization.data(
                withJSONObject: held,
                options: [.sortedKeys, .withoutEscapingSlashes]
            )
        {
            lines.append("EMS holds: \(String(decoding: json, as: UTF8.self))")
        }
        return lines.joined(separator: "\n")
    }
}
