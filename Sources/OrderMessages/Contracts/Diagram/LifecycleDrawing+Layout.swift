import SubscriptionLifecycle

/// Where everything is: three columns (not there, in force, ended) and three rows (trial, paid, out of force).
extension LifecycleDrawing {
    struct Route {
        var points: [Point]
        var label: Point
        var side: Label.Side
    }

    static func corner(of state: SubscriptionState) -> Point {
        switch state {
        case .absent: Point(x: 40, y: 235)
        case .trial: Point(x: 360, y: 110)
        case .trialExpired: Point(x: 790, y: 110)
        case .active: Point(x: 360, y: 370)
        case .lapsed: Point(x: 790, y: 370)
        case .suspended: Point(x: 360, y: 620)
        case .cancelled: Point(x: 790, y: 620)
        }
    }

    /// A way that has no route of its own is a straight line, which a test would see crossing others.
    static func route(_ way: Way) -> Route {
        switch (way.from, way.to) {
        case (.absent, .trial): Route([(210, 250), (360, 150)], label: (270, 175), .end)
        case (.absent, .active): Route([(210, 276), (360, 382)], label: (270, 350), .end)
        case (.trial, .trial): Route([(375, 110), (375, 70), (420, 70), (420, 110)], label: (365, 75), .end)
        case (.trial, .trialExpired): Route([(530, 138), (790, 138)], label: (660, 128), .middle)
        case (.trial, .active): Route([(400, 166), (400, 370)], label: (410, 245), .start)
        case (.trial, .cancelled):
            Route([(490, 110), (490, 50), (1240, 50), (1240, 660), (960, 660)], label: (865, 40), .middle)
        case (.trialExpired, .active): Route([(820, 166), (500, 370)], label: (730, 250), .start)
        case (.trialExpired, .cancelled):
            Route([(960, 138), (1060, 138), (1060, 635), (960, 635)], label: (1070, 300), .start)
        case (.active, .active): Route([(360, 400), (310, 400), (310, 420), (360, 420)], label: (300, 400), .end)
        case (.active, .lapsed): Route([(530, 385), (790, 385)], label: (660, 375), .middle)
        case (.active, .suspended): Route([(400, 426), (400, 620)], label: (410, 530), .start)
        case (.active, .cancelled): Route([(500, 426), (800, 620)], label: (660, 505), .start)
        case (.lapsed, .active): Route([(790, 410), (530, 410)], label: (660, 428), .middle)
        case (.lapsed, .cancelled): Route([(875, 426), (875, 620)], label: (885, 500), .start)
        case (.suspended, .cancelled): Route([(530, 648), (790, 648)], label: (660, 668), .middle)
        case (let from, let to):
            Route(
                [center(of: from), center(of: to)].map { ($0.x, $0.y) },
                label: (center(of: from).x, center(of: to).y),
                .middle
            )
        }
    }

    private static func center(of state: SubscriptionState) -> Point {
        let corner = corner(of: state)
        return Point(x: corner.x + Box.width / 2, y: corner.y + Box.height / 2)
    }
}

extension LifecycleDrawing.Route {
    init(_ points: [(Int, Int)], label: (Int, Int), _ side: LifecycleDrawing.Label.Side) {
        self.points = points.map { LifecycleDrawing.Point(x: $0.0, y: $0.1) }
        self.label = LifecycleDrawing.Point(x: label.0, y: label.1)
        self.side = side
    }
}
