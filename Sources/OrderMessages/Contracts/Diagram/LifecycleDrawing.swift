import SubscriptionLifecycle

/// The lifecycle as a picture: boxes, arrows and texts with their places, before they are written as SVG.
struct LifecycleDrawing {
    struct Point: Hashable {
        var x: Int
        var y: Int
    }

    struct Box: Hashable {
        var state: SubscriptionState
        var corner: Point
        static let width = 170
        static let height = 56
    }

    /// Lines of text, the first at the place.
    struct Label: Hashable {
        enum Side: String { case start, middle, end }
        var lines: [String]
        var place: Point
        var side: Side
    }

    struct Arrow: Hashable {
        var points: [Point]
        var label: Label
        var cause: LifecycleStep.Cause
    }

    static let width = 1300
    static let height = 730
    static let lineHeight = 16

    let boxes: [Box]
    let arrows: [Arrow]

    init() {
        boxes = SubscriptionState.allCases.map { Box(state: $0, corner: Self.corner(of: $0)) }
        var ways: [Way] = []
        for step in LifecycleStep.all + [Self.suspension] {
            let way = Way(from: step.from, to: step.to, cause: step.cause)
            if !ways.contains(way) { ways.append(way) }
        }
        arrows = ways.map { way in
            let steps = (LifecycleStep.all + [Self.suspension]).filter {
                way == Way(from: $0.from, to: $0.to, cause: $0.cause)
            }
            let route = Self.route(way)
            let label = Label(lines: steps.flatMap(Self.lines), place: route.label, side: route.side)
            return Arrow(points: route.points, label: label, cause: way.cause)
        }
    }

    /// Arrows with both ends in common are one.
    struct Way: Hashable {
        var from: SubscriptionState
        var to: SubscriptionState
        var cause: LifecycleStep.Cause
    }

    private static let suspension = LifecycleStep(from: .active, to: .suspended, cause: .hand, name: "in EMS, by hand")

    /// The command, and below it what must hold.
    private static func lines(_ step: LifecycleStep) -> [String] {
        let guards = step.guards.enumerated().map { index, name in
            (index == 0 ? "[" : " ") + name + (index == step.guards.count - 1 ? "]" : ",")
        }
        return [step.name] + guards
    }
}
