import Foundation
import SubscriptionLifecycle

/// The table of the demo, row by row as the outcomes come in.
struct DemoTable {
    /// Whether the output is a terminal.
    let isColourful: Bool

    private static let widths = (order: 8, subscription: 10, operation: 23, outcome: 15, changed: 64, time: 8)

    var header: String {
        let w = Self.widths
        let titles =
            pad("ORDER", w.order) + pad("SUBJECT", w.subscription) + pad("OPERATION", w.operation)
            + pad("OUTCOME", w.outcome) + pad("WHAT CHANGED IN EMS", w.changed) + "TIME"
        return paint(titles, "1") + "\n" + String(repeating: "─", count: titles.count + 4)
    }

    func chapter(_ text: String) -> String { "\n" + paint("  \(text)", "2;3") }

    func row(_ scene: DemoScene, _ view: OutcomeView, took duration: Duration, isSame: Bool) -> String {
        let w = Self.widths
        let (colour, sign) =
            switch view.data.outcome {
            case "succeeded": ("32", "✔")
            case "rejected": ("33", "✘")
            default: ("31", "☠")
            }
        let changed = isSame ? ["nothing: the same event again"] : wrapped(OutcomeText.summary(view), w.changed - 2)
        let milliseconds = String(format: "%.0f ms", duration / .milliseconds(1))
        let first =
            pad(scene.id, w.order) + pad(view.data.subscriptionId ?? "(all)", w.subscription)
            + pad(scene.operation.rawValue, w.operation) + paint(pad("\(sign) \(view.data.outcome)", w.outcome), colour)
            + pad(changed.first ?? "", w.changed) + paint(milliseconds, "2")
        let indent = String(repeating: " ", count: w.order + w.subscription + w.operation + w.outcome + 8)
        return ([first] + changed.dropFirst().map { indent + $0 }).joined(separator: "\n")
    }

    func footer(_ text: String) -> String { "\n" + paint(text, "2") }

    private func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count) + 2)
    }

    private func paint(_ text: String, _ code: String) -> String {
        isColourful ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }

    /// Words, broken into lines of that width.
    private func wrapped(_ text: String, _ width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + word
        }
        return lines + [line]
    }
}
