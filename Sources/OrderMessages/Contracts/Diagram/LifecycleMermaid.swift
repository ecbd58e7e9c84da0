import SubscriptionLifecycle

/// The lifecycle as Mermaid text, which GitHub draws.
public enum LifecycleMermaid {
    /// A block of Markdown; the same table always gives the same text.
    public static var block: String {
        let states = SubscriptionState.allCases.filter { name($0) != $0.rawValue }.map {
            "state \"\($0.rawValue)\" as \(name($0))"
        }
        let steps = LifecycleStep.all.map { step in
            let condition = step.guards.isEmpty ? "" : " if " + step.guards.joined(separator: " and ")
            return "\(name(step.from)) --> \(name(step.to)): \(step.name)\(condition)"
        }
        let lines =
            ["stateDiagram-v2"]
            + (states + ["[*] --> \(name(.absent))"] + steps + [
                "note right of \(name(.suspended)): \(LifecycleStep.byHand)", "\(name(.cancelled)) --> [*]",
            ]).map { "    \($0)" }
        return "```mermaid\n\(lines.joined(separator: "\n"))\n```\n"
    }

    /// Mermaid takes a hyphen in a name for the beginning of an arrow.
    private static func name(_ state: SubscriptionState) -> String { state.rawValue.replacing("-", with: "_") }
}

extension LifecycleStep {
    /// What no command does.
    static let byHand = "Disabled in EMS by hand, from any state in force, and back again."
}
