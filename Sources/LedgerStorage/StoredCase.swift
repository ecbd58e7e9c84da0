package import Foundation
package import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// Case files as stored text: the inputs as one JSON object that says its version, the entries as one such a line.
///
/// What can't be read, since a newer release or nobody wrote it, counts as not kept: a case file is for people, and must
/// never be in an order's way.
package enum StoredCase {
    /// The largest inputs that are kept, in bytes; of larger ones the command and the snapshot are left out.
    package static let largestInputs = 64 << 10
    /// What may be kept of entries before those of another parking are left out, in bytes.
    package static let largestEntries = 32 << 10

    private static let version = 1

    package static func text(of inputs: DecisionInputs) -> String {
        let whole = json(of: inputs).compactText
        guard whole.utf8.count > largestInputs else { return whole }
        var rest = inputs
        (rest.content, rest.snapshot) = (nil, nil)
        return json(of: rest).compactText
    }

    package static func text(of entries: [CaseEntry]) -> String {
        entries.map { entry in
            let line: JSON = [
                "t": .integer(Int((entry.time.timeIntervalSince1970 * 1000).rounded())),
                "k": .string(entry.kind.rawValue), "d": .string(entry.detail),
            ]
            return line.compactText + "\n"
        }.joined()
    }

    /// A case file as it was stored.
    package static func file(inputs text: String?, entries lines: String?, announcedAt: Date?) -> CaseFile {
        let inputs = inputs(text)
        return CaseFile(
            inputs: inputs,
            entries: entries(lines),
            announcedAt: announcedAt,
            isUnreadable: text != nil && inputs == nil
        )
    }

    package static func inputs(_ text: String?) -> DecisionInputs? {
        guard let text, let json = try? JSONReader.read(Array(text.utf8)), json["v"]?.wholeNumber == version,
            let today = json["today"]?.text.flatMap({ LocalDate($0) }), let policies = json["policies"]
        else { return nil }
        let snapshot = json["snapshot"].flatMap { try? Snapshot(json: $0) }
        // One that can't be read is not one that was left out.
        guard snapshot != nil || json["snapshot"] == nil else { return nil }
        return DecisionInputs(
            today: today,
            patience: json["patience"]?.text == "exhausted" ? .exhausted : .left,
            policies: LifecyclePolicies(
                conversionWindow: Window(days: policies["conversionWindow"]?.wholeNumber ?? 0),
                renewalGrace: Window(days: policies["renewalGrace"]?.wholeNumber ?? 0),
                attributeNames: .init(
                    orderType: policies["orderType"]?.text,
                    endsWithTerm: policies["endsWithTerm"]?.text,
                    autoRenew: policies["autoRenew"]?.text
                )
            ),
            content: json["command"],
            snapshot: snapshot
        )
    }

    package static func entries(_ text: String?) -> [CaseEntry] {
        (text ?? "").split(separator: "\n").compactMap { line in
            guard let json = try? JSONReader.read(Array(line.utf8)), let time = json["t"]?.wholeNumber,
                let kind = json["k"]?.text.flatMap(CaseEntry.Kind.init), let detail = json["d"]?.text
            else { return nil }
            return CaseEntry(kind, at: Date(timeIntervalSince1970: Double(time) / 1000), detail)
        }
    }

    private static func json(of inputs: DecisionInputs) -> JSON {
        var policies = JSON.Object()
        policies.append("conversionWindow", .integer(inputs.policies.conversionWindow.days))
        policies.append("renewalGrace", .integer(inputs.policies.renewalGrace.days))
        policies.append("orderType", inputs.policies.attributeNames.orderType)
        policies.append("endsWithTerm", inputs.policies.attributeNames.endsWithTerm)
        policies.append("autoRenew", inputs.policies.attributeNames.autoRenew)
        var object = JSON.Object()
        object.append("v", .integer(version))
        object.append("today", inputs.today.description)
        object.append("patience", inputs.patience == .exhausted ? "exhausted" : "left")
        object.append("policies", .object(policies))
        object.append("command", inputs.content)
        object.append("snapshot", inputs.snapshot?.json)
        return .object(object)
    }
}
