import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// A preview as `--json` shows it: the words of the `previewed` outcome, and what a dry run can't say.
enum PreviewDocument {
    static func json(_ report: PreviewReport) -> JSON {
        let preview = report.preview
        var object = JSON.Object()
        object.append("operation", preview.command.operation.rawValue)
        object.append("subscriptionId", preview.command.subscriptionID.description)
        object.append("today", preview.today.description)
        object.append("verdict", verdict(preview.examination.verdict))
        object.append("before", standing(preview.before))
        // Without an entitlement: what EMS would make of it is not known, and the one of before would contradict changes.
        object.append("after", standing(preview.after))
        object.append("guards", .array(preview.examination.checks.map(\.json)))
        switch preview.examination.verdict {
        case .change(let decision):
            object.append("changes", .array(decision.changes.map(\.json)))
            object.append("calls", .array(preview.calls.map(\.json)))
        case .rejected(let rejection):
            object.append("rejection", rejection.json(from: preview.state, preview.command.operation))
        case .premature(let prematurity):
            object.append("waitsFor", prematurity.words)
            object.append("waitsAtMost", report.wait.map(JSON.number))
            if case .rejected(let rejection) = report.ultimately?.examination.verdict {
                object.append("otherwise", rejection.json(from: preview.state, preview.command.operation))
            }
        }
        return .object(object)
    }

    /// A message that would be dead-lettered.
    static func json(_ poison: Poison) -> JSON {
        var letter = JSON.Object()
        letter.append("reason", poison.reason.rawValue)
        letter.append("detail", poison.detail)
        letter.append("path", poison.path)
        return ["verdict": "dead-lettered", "deadLetter": .object(letter)]
    }

    private static func verdict(_ verdict: Verdict) -> String {
        switch verdict {
        case .change: "succeeded"
        case .rejected: "rejected"
        case .premature: "premature"
        }
    }

    private static func standing(_ standing: OutcomeEvent.Standing?) -> JSON {
        var object = JSON.Object()
        object.append("state", (standing?.state ?? .absent).rawValue)
        object.append("version", .integer(standing?.version ?? 0))
        object.append("endsWithTerm", .bool(standing?.endsWithTerm ?? false))
        object.append("entitlement", standing?.entitlement?.json)
        return .object(object)
    }
}

extension Prematurity {
    /// What it would wait for.
    var words: String {
        switch self {
        case .absent: "the subscription, which is not there"
        case .behind(let expected, let current): "version \(expected), the subscription is at version \(current)"
        }
    }
}
