import Foundation
import FoundationXML
import SubscriptionLifecycle
import Testing

@testable import OrderMessages

@Suite("The lifecycle's diagrams")
struct LifecycleDiagramTests {
    private let drawing = LifecycleDrawing()

    @Test(
        "Every arrow is a cell of the table, an effect of a cancellation or a day of the calendar, and none is missing"
    )
    func steps() {
        for state in SubscriptionState.allCases {
            for column in TransitionTable.Column.allCases {
                let steps = LifecycleStep.all.filter {
                    $0.from == state && $0.name.hasPrefix(column.rawValue) && $0.cause == .command
                }
                switch TransitionTable.contract[state, column] {
                case .leads(let next, let guards):
                    #expect(steps.map(\.to) == [next])
                    #expect(steps.first?.guards == guards.map(\.condition.rawValue))
                case .ends: #expect(steps.contains { $0.to == .cancelled })
                case .rejects: #expect(steps.isEmpty, "\(state) \(column)")
                }
            }
        }
        #expect(LifecycleStep.all.filter { $0.cause == .time }.map(\.from) == [.trial, .active])
    }

    @Test("The diagram in the documentation is what the code says")
    func documentation() throws {
        let url = Examples.contracts.appending(path: "README.md")
        let text = try String(contentsOf: url, encoding: .utf8)
        let parts = text.components(separatedBy: "<!-- lifecycle -->\n")
        try #require(parts.count == 3, "Contracts/README.md must have the mark <!-- lifecycle --> twice")
        if Examples.isUpdating {
            let mended = [parts[0], LifecycleMermaid.block, parts[2]].joined(separator: "<!-- lifecycle -->\n")
            try Data(mended.utf8).write(to: url)
        } else {
            #expect(parts[1] == LifecycleMermaid.block, "write it with UPDATE_CONTRACTS=1 swift test")
        }
    }

    @Test("The picture has every step, and is well-formed")
    func picture() {
        let shown = drawing.arrows.flatMap { arrow in arrow.label.lines }
        for step in LifecycleStep.all {
            #expect(shown.contains(step.name))
            for name in step.guards { #expect(shown.contains { $0.contains(name) }) }
        }
        #expect(drawing.boxes.map(\.state) == SubscriptionState.allCases)
        #expect(XMLParser(data: Data(drawing.svg.utf8)).parse())
        #expect(drawing.svg.contains("<title id=") && drawing.svg.contains("<desc id="))
    }

    @Test("Nothing in the picture lies over anything else")
    func overlaps() {
        let paper = Area(left: 0, top: 0, right: LifecycleDrawing.width, bottom: LifecycleDrawing.height)
        let boxes = drawing.boxes.map { ($0.state.rawValue, Area($0)) }
        let labels = drawing.arrows.map { ($0.label.lines.joined(separator: " "), Area($0.label)) }
        let foot = Area(
            left: 40,
            top: LifecycleDrawing.height - 30,
            right: 40 + LifecycleDrawing.foot.count * Area.widthOfCharacter,
            bottom: LifecycleDrawing.height
        )
        let areas = boxes + labels + [("the foot", foot)]
        for (index, (name, area)) in areas.enumerated() {
            #expect(paper.contains(area), "\(name) leaves the picture")
            for (other, place) in areas[(index + 1)...] { #expect(!area.overlaps(place), "\(name) lies over \(other)") }
        }
        for arrow in drawing.arrows {
            for (from, to) in zip(arrow.points, arrow.points.dropFirst()) {
                for (name, area) in labels {
                    #expect(!area.isCrossed(from, to), "\(arrow.label.lines) crosses \(name)")
                }
                // It begins and ends at the edge of a box.
                for (name, area) in boxes {
                    #expect(!area.shrunk.isCrossed(from, to), "\(arrow.label.lines) crosses \(name)")
                }
            }
        }
    }
}

/// A part of the picture, texts taken as wide as a wide typeface makes them.
private struct Area {
    var left: Int
    var top: Int
    var right: Int
    var bottom: Int

    static let widthOfCharacter = 7

    init(left: Int, top: Int, right: Int, bottom: Int) {
        (self.left, self.top, self.right, self.bottom) = (left, top, right, bottom)
    }

    init(_ box: LifecycleDrawing.Box) {
        self.init(
            left: box.corner.x,
            top: box.corner.y,
            right: box.corner.x + LifecycleDrawing.Box.width,
            bottom: box.corner.y + LifecycleDrawing.Box.height
        )
    }

    init(_ label: LifecycleDrawing.Label) {
        let width = (label.lines.map(\.count).max() ?? 0) * Self.widthOfCharacter
        let left =
            switch label.side {
            case .start: label.place.x
            case .middle: label.place.x - width / 2
            case .end: label.place.x - width
            }
        let height = LifecycleDrawing.lineHeight
        // The place is where the first line stands, above its descenders.
        self.init(
            left: left,
            top: label.place.y - 11,
            right: left + width,
            bottom: label.place.y + (label.lines.count - 1) * height + 3
        )
    }

    var shrunk: Area { Area(left: left + 1, top: top + 1, right: right - 1, bottom: bottom - 1) }

    func contains(_ other: Area) -> Bool {
        left <= other.left && top <= other.top && right >= other.right && bottom >= other.bottom
    }

    func overlaps(_ other: Area) -> Bool {
        left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }

    /// Whether the line goes through it, looked at in steps of about a pixel.
    func isCrossed(_ from: LifecycleDrawing.Point, _ to: LifecycleDrawing.Point) -> Bool {
        let steps = max(abs(to.x - from.x), abs(to.y - from.y), 1)
        return (0...steps).contains { step in
            let x = from.x + (to.x - from.x) * step / steps
            let y = from.y + (to.y - from.y) * step / steps
            return left < x && x < right && top < y && y < bottom
        }
    }
}
