/// Outcomes in words.
enum OutcomeText {
    /// A few lines for a person.
    static func lines(_ view: OutcomeView) -> String {
        let data = view.data
        var lines = ["\(data.operation) \(data.subscriptionId ?? "") \(data.outcome)".replacing("  ", with: " ")]
        if let state = data.state {
            let before = data.previousState.map { "\($0) → " } ?? ""
            let version = data.version.map { ", version \($0)" } ?? ""
            lines.append(
                "  state    \(before)\(state)\(data.endsWithTerm == true ? " (ends with its term)" : "")\(version)"
            )
        }
        if let entitlement = data.entitlement {
            let term = "\(entitlement.term?.start ?? "–") to \(entitlement.term?.end ?? "never")"
            lines.append("  EMS      \(entitlement.entitlementId) \(entitlement.emsState), \(term)")
        }
        for change in data.changes ?? [] { lines.append("  changed  \(change.field): \(change.from) → \(change.to)") }
        if let count = data.count { lines.append("  count    \(count)") }
        if let rejection = data.rejection { lines.append("  rejected \(rejection.code): \(rejection.message)") }
        if let letter = data.deadLetter { lines.append("  dead     \(letter.reason): \(letter.detail)") }
        return lines.joined(separator: "\n")
    }

    /// What changed, in as few words as say it.
    static func summary(_ view: OutcomeView) -> String {
        let data = view.data
        if let rejection = data.rejection { return rejection.code }
        if let letter = data.deadLetter { return "\(letter.reason): \(letter.detail)" }
        if let count = data.count { return "\(count) entitlements" }
        guard let changes = data.changes else {
            return data.entitlement.map { "\($0.emsState), until \($0.term?.end ?? "ever")" } ?? ""
        }
        if data.previousState == "absent", let entitlement = data.entitlement {
            let lines = (entitlement.lineItems ?? []).map { "\($0.lineId): \($0.quantity)" }.joined(separator: ", ")
            return "created \(entitlement.term?.start ?? "") – \(entitlement.term?.end ?? "never"), lines \(lines)"
        }
        // Lines follow the header; their dates would only repeat it.
        let telling = changes.filter { !($0.field.hasPrefix("lineItems.") && $0.field.contains(".term.")) }
        return telling.map { change in
            change.field.hasPrefix("lineItems.") && change.from.description == "–"
                ? "+ \(change.field.dropFirst(10)) (\(change.to))" : "\(change.field) \(change.from) → \(change.to)"
        }.joined(separator: ", ")
    }
}
