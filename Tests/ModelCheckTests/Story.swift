import OrderMessages
import SubscriptionLifecycle

/// Pairs of commands that have something to do with each other.
enum Story {
    /// Those of every run.
    static let both = [
        // What is added must not be added twice, and what is closed must stay so.
        pair(.active, .init("A", .renewWithUpsell, Commands.raise), .init("B", .cancelSubscription)),
        // The second is premature until the first has come.
        pair(.absent, .init("A", .startTrial), .init("B", .convertTrial)),
    ]

    /// Those whose second command is premature until the first has come.
    static let premature = [
        both[1],
        pair(
            .active,
            .init("A", .renewSubscription, nil, expecting: 1),
            .init("B", .renewWithUpsell, Commands.raise, expecting: 2)
        ),
    ]

    /// Where one is enough.
    static var first: [Scenario] { Array(both.prefix(1)) }

    /// A long search has time for all.
    static let all =
        both + [
            pair(.active, .init("A", .renewSubscription), .init("B", .renewWithUpsell)),
            pair(
                .active,
                .init("A", .renewSubscription, nil, expecting: 1),
                .init("B", .renewSubscription, nil, expecting: 2)
            ),
            pair(.active, .init("A", .renewWithUpsell), .init("B", .renewWithUpsell)),
            pair(.active, .init("A", .renewWithUpsell, Commands.raise), .init("B", .renewWithReducedTier)),
            pair(
                .active,
                .init("A", .cancelSubscription, ["effective": "end-of-term"]),
                .init("B", .renewSubscription)
            ),
            pair(.trial, .init("A", .convertTrial), .init("B", .convertTrial)),
            pair(.trial, .init("A", .convertTrial), .init("B", .cancelSubscription)),
            pair(.absent, .init("A", .createSubscription), .init("B", .createSubscription)),
            pair(.absent, .init("A", .createSubscription), .init("B", .renewWithUpsell)),
        ]

    private static func pair(_ beginning: Beginning, _ first: PlannedCommand, _ second: PlannedCommand) -> Scenario {
        Scenario(
            title: "\(first.operation.rawValue), then \(second.operation.rawValue)",
            beginning: beginning,
            commands: [first, second]
        )
    }
}
