import SubscriptionLifecycle

extension LifecycleDrawing {
    /// The picture; colours follow the reader's light or dark scheme.
    var svg: String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.width) \(Self.height)" role="img" \
        aria-labelledby="title desc" font-family="system-ui, 'DejaVu Sans', sans-serif" font-size="12">
          <title id="title">The life of a subscription</title>
          <desc id="desc">\(description)</desc>
          <style>
            .paper { fill: #ffffff } .box { fill: #eef4fb; stroke: #3b6ea5 } .final { stroke-width: 3 }
            .line { fill: none; stroke: #475569; stroke-width: 1.5 } .tip { fill: #475569 } .other { stroke-dasharray: 6 4 }
            text { fill: #0f172a } .name { font-size: 15px; font-weight: 600 } .foot { fill: #475569 }
            @media (prefers-color-scheme: dark) {
              .paper { fill: #0d1117 } .box { fill: #14273d; stroke: #79b8ff }
              .line { stroke: #b1bac4 } .tip { fill: #b1bac4 } text { fill: #e6edf3 } .foot { fill: #b1bac4 }
            }
          </style>
          <defs>
            <marker id="tip" viewBox="0 0 10 10" refX="10" refY="5" markerWidth="8" markerHeight="8" orient="auto-start-reverse">
              <path class="tip" d="M 0 0 L 10 5 L 0 10 z"/>
            </marker>
          </defs>
          <rect class="paper" width="\(Self.width)" height="\(Self.height)"/>
        \(boxes.map(svg).joined(separator: "\n"))
        \(arrows.map(svg).joined(separator: "\n"))
          <text class="foot" x="40" y="\(Self.height - 16)">\(Self.foot)</text>
        </svg>

        """
    }

    static let foot =
        "Solid: commands, [what must hold]. Dashed: what no command does. "
        + "Suspended: \(LifecycleStep.byHand.prefix(1).lowercased())\(LifecycleStep.byHand.dropFirst())"

    /// What a reader who can't see the picture hears.
    private var description: String {
        let steps = LifecycleStep.all.map { step in
            let condition = step.guards.isEmpty ? "" : " if \(step.guards.joined(separator: " and "))"
            return "\(step.from.rawValue) to \(step.to.rawValue): \(step.name)\(condition)."
        }
        return (steps + ["suspended: \(LifecycleStep.byHand)"]).joined(separator: " ")
    }

    private func svg(_ box: Box) -> String {
        """
          <g>
            <title>\(box.state.rawValue): \(box.state.meaning)</title>
            <rect class="box\(box.state == .cancelled ? " final" : "")" x="\(box.corner.x)" y="\(box.corner.y)" \
        width="\(Box.width)" height="\(Box.height)" rx="14"/>
            <text class="name" x="\(box.corner.x + Box.width / 2)" y="\(box.corner.y + Box.height / 2 + 5)" \
        text-anchor="middle">\(box.state.rawValue)</text>
          </g>
        """
    }

    private func svg(_ arrow: Arrow) -> String {
        let path = arrow.points.enumerated().map { "\($0.offset == 0 ? "M" : "L") \($0.element.x) \($0.element.y)" }
        let (style, start) =
            switch arrow.cause {
            case .command: ("line", "")
            case .time: ("line other", "")
            // There and back again.
            case .hand: ("line other", #" marker-start="url(#tip)""#)
            }
        let lines = arrow.label.lines.enumerated().map { index, line in
            """
              <text x="\(arrow.label.place.x)" y="\(arrow.label.place.y + index * Self.lineHeight)" \
            text-anchor="\(arrow.label.side.rawValue)">\(line)</text>
            """
        }
        return
            ([#"  <path class="\#(style)" d="\#(path.joined(separator: " "))"\#(start) marker-end="url(#tip)"/>"#]
            + lines)
            .joined(separator: "\n")
    }
}
