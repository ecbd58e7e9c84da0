import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Testing

@testable import SentinelEMS

/// The published examples of previews are what a dry run of the full command answers.
@Suite("Published previews")
struct PreviewedExampleTests {
    @Test("show the calls, guards and standing that a dry run shows", arguments: OrderOperation.changing)
    func example(_ operation: OrderOperation) throws {
        var published = try PublishedExample.json(operation, "previewed")
        let order = try PublishedExample.order(operation, isDryRun: true)
        guard case .change(let command) = order.command else { throw PublishedExample.Surprise() }
        let preview = Preview(
            of: command,
            in: ApplyContext(command, identity: order.envelope.identity),
            on: try PublishedExample.snapshot(of: operation, for: command),
            today: PublishedExample.today,
            patience: .exhausted,
            lifecycle: Lifecycle(),
            planner: SentinelCallPlanner()
        )
        guard case .change(let decision) = preview.examination.verdict, let after = preview.after else {
            throw PublishedExample.Surprise()
        }
        let event = OutcomeEvent(
            id: "1",
            operation: operation,
            command: order.envelope.identity,
            correlationID: order.envelope.correlationID,
            subscriptionID: command.subscriptionID.description,
            orderID: command.orderID,
            time: Date(timeIntervalSince1970: 0),
            content: .previewed(
                after,
                changes: decision.changes,
                calls: preview.calls,
                guards: preview.examination.checks
            )
        )
        if PublishedExample.isUpdating {
            published = try PublishedExample.write(calls: preview.calls.map(\.json), into: published, of: operation)
        }
        #expect(event.json["data"]?.prettyText == published["data"]?.prettyText)
    }
}
