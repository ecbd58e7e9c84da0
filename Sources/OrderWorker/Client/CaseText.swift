import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// A command's story for a person.
enum CaseText {
    static func lines(_ review: CaseReview) -> String {
        let record = review.record
        var parts = [
            "\(record.operation.rawValue) \(record.subscriptionID)", "  id        \(record.identity.id)",
            "  source    \(record.identity.source)",
            "  state     \(record.state.rawValue)\(record.outcome.map { ", \($0.rawValue)" } ?? "")", "",
            "What happened", timeline(review), "",
        ]
        if let inputs = review.caseFile.inputs { parts += ["Decided on", decidedOn(inputs), ""] }
        if let then = review.then {
            parts += ["Guards", PreviewText.guards(then.checks), ""]
            if case .change(let decision) = then.verdict {
                parts += ["Changes", PreviewText.changes(decision.changes), ""]
            }
        }
        parts += ["Verdict"] + verdict(review).map { "  " + $0 }
        return parts.joined(separator: "\n")
    }

    /// Everything with a time, oldest first.
    static func events(_ review: CaseReview) -> [(time: Date, kind: String, detail: String)] {
        let record = review.record
        var events = [(time: record.receivedAt, kind: "received", detail: "")]
        events += review.caseFile.entries.map { ($0.time, $0.kind.rawValue, $0.detail) }
        if let time = review.caseFile.announcedAt {
            events.append((time, "announced", "confirmed by the broker"))
        }
        // What was kept is in order, and its clock's milliseconds are cut: only the receipt may seem to be later.
        return events
    }

    private static func timeline(_ review: CaseReview) -> String {
        var rows = events(review).map { [instant($0.time), $0.kind, $0.detail] }
        if review.caseFile.entries.isEmpty { rows.append(["", "", "what happened then was not kept"]) }
        let table = TextTable(header: ["time", "", ""], rows: rows)
        return "\(table)".split(separator: "\n").dropFirst().map { "  \($0)" }.joined(separator: "\n")
    }

    static func decidedOn(_ inputs: DecisionInputs) -> String {
        let policies = inputs.policies
        return [
            "  today         \(inputs.today)\(inputs.patience == .exhausted ? ", its patience was over" : "")",
            "  subscription  \(inputs.snapshot?.words(on: inputs.today) ?? "too large to be kept")",
            "  policies      conversion window \(policies.conversionWindow.days) d, renewal grace \(policies.renewalGrace.days) d",
        ].joined(separator: "\n")
    }

    private static func verdict(_ review: CaseReview) -> [String] {
        var lines = ["recorded  \(review.verdict ?? "none")"]
        if let obstacle = review.obstacle { return lines + ["again     \(obstacle)"] }
        switch review.comparison {
        case .differs(let words): lines.append("again     THIS RELEASE DECIDES DIFFERENTLY: \(words)")
        case .same: lines.append("again     the same, by the policies of then")
        case nil: lines.append("again     \(review.then?.verdict.words ?? "")")
        }
        switch review.comparisonNow {
        case .differs(let words): lines.append("now       DIFFERENT, by the current policies: \(words)")
        case .same, nil: lines.append("now       the same, by the current policies")
        }
        return lines
    }

    static func instant(_ time: Date) -> String {
        time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}

/// A command's story for programs.
enum CaseDocument {
    static func json(_ review: CaseReview) -> JSON {
        let record = review.record
        var object = JSON.Object()
        object.append("id", record.identity.id)
        object.append("source", record.identity.source)
        object.append("operation", record.operation.rawValue)
        object.append("subscriptionId", record.subscriptionID)
        object.append("state", record.state.rawValue)
        object.append("outcome", record.outcome?.rawValue)
        object.append("code", record.code)
        let events = CaseText.events(review).map { event -> JSON in
            var row = JSON.Object()
            row.append("time", CaseText.instant(event.time))
            row.append("event", event.kind)
            row.append("detail", event.detail.isEmpty ? nil : event.detail)
            return .object(row)
        }
        object.append("timeline", .array(events))
        if let inputs = review.caseFile.inputs {
            var decidedOn = JSON.Object()
            decidedOn.append("today", inputs.today.description)
            decidedOn.append("patience", inputs.patience == .exhausted ? "exhausted" : "left")
            decidedOn.append("conversionWindowDays", .integer(inputs.policies.conversionWindow.days))
            decidedOn.append("renewalGraceDays", .integer(inputs.policies.renewalGrace.days))
            decidedOn.append("command", inputs.content)
            decidedOn.append("snapshot", inputs.snapshot?.json)
            object.append("decidedOn", .object(decidedOn))
        }
        object.append("guards", review.then.map { .array($0.checks.map(\.json)) })
        object.append("recorded", review.verdict)
        object.append("obstacle", review.obstacle)
        object.append("again", comparison(review.comparison, review.then))
        object.append("now", comparison(review.comparisonNow, review.now))
        return .object(object)
    }

    private static func comparison(_ comparison: CaseReview.Comparison?, _ examination: Examination?) -> JSON? {
        guard let examination else { return nil }
        var object = JSON.Object()
        object.append("same", comparison.map { .bool($0 == .same) })
        object.append("verdict", examination.verdict.words)
        return .object(object)
    }
}
