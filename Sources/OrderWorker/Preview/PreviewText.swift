import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// A preview for a person.
enum PreviewText {
    static func lines(_ report: PreviewReport) -> String {
        let preview = report.preview
        var parts = [head(report), ""]
        if let after = preview.after {
            parts += [table(standing(preview.before, after)), ""]
        }
        parts += ["Guards", guards(preview.examination.checks)]
        if case .change(let decision) = preview.examination.verdict {
            parts += ["", "Changes", changes(decision.changes), "", "Calls to EMS", calls(preview.calls)]
        }
        return parts.joined(separator: "\n")
    }

    static func lines(_ poison: Poison) -> String {
        "would be dead-lettered: \(poison.reason.rawValue)\n  \(poison.detail)"
    }

    private static func head(_ report: PreviewReport) -> String {
        let preview = report.preview
        let subject = "\(preview.command.operation.rawValue) \(preview.command.subscriptionID), on \(preview.today)"
        switch preview.examination.verdict {
        case .change: return "\(subject): would succeed"
        case .rejected(let rejection):
            return "\(subject): would be rejected, \(rejection.code.rawValue)\n  \(rejection.message)"
        case .premature(let prematurity):
            var lines = ["\(subject): would wait for \(prematurity.words)"]
            if let wait = report.wait, case .rejected(let rejection) = report.ultimately?.examination.verdict {
                lines.append(
                    "  If that doesn't come within \(wait.formatted()) s: rejected, \(rejection.code.rawValue). \(rejection.message)"
                )
            }
            return lines.joined(separator: "\n")
        }
    }

    private static func standing(_ before: OutcomeEvent.Standing?, _ after: OutcomeEvent.Standing) -> TextTable {
        TextTable(
            header: ["", "before", "after"],
            rows: [
                ["state", (before?.state ?? .absent).rawValue, after.state.rawValue],
                ["version", String(before?.version ?? 0), String(after.version ?? 0)],
                ["ends with term", (before?.endsWithTerm ?? false).words, after.endsWithTerm.words],
            ]
        )
    }

    static func guards(_ checks: [Check]) -> String {
        table(
            TextTable(
                header: ["", "guard", "observed", "required"],
                rows: checks.map { check in
                    [check.isHeld ? "ok" : "NO", check.name.rawValue, words(check.observed), words(check.required)]
                }
            )
        )
    }

    static func changes(_ changes: [Change]) -> String {
        guard !changes.isEmpty else { return "  none" }
        let rows = changes.map { ["\($0.field)", $0.base?.words ?? "–", $0.target?.words ?? "–"] }
        return table(TextTable(header: ["field", "from", "to"], rows: rows))
    }

    private static func calls(_ calls: [PlannedCall]) -> String {
        guard !calls.isEmpty else { return "  none" }
        return calls.map { call in
            let body = call.body.flatMap { try? JSONReader.read(Array($0.utf8)) }?.prettyText ?? ""
            return indented("\(call.method) \(call.path)", by: 2) + (body.isEmpty ? "" : "\n" + indented(body, by: 4))
        }.joined(separator: "\n")
    }

    private static func words(_ facts: [String: Fact]) -> String {
        facts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.words)" }.joined(separator: ", ")
    }

    private static func table(_ table: TextTable) -> String { indented("\(table)", by: 2) }

    private static func indented(_ text: String, by spaces: Int) -> String {
        text.split(separator: "\n").map { String(repeating: " ", count: spaces) + $0 }.joined(separator: "\n")
    }
}

extension Bool {
    fileprivate var words: String { self ? "yes" : "no" }
}
