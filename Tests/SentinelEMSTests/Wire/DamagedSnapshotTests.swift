import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Testing

@testable import SentinelEMS

/// A saved snapshot comes from a file that anybody may have written.
@Suite("A preview on a damaged snapshot")
struct DamagedSnapshotTests {
    private static let oddities: [JSON] = [
        .integer(Int.max), .integer(Int.min), 1_000_000_000, -1_000_000_000, 1_000_000_001, -1, 0, .number(1e300),
        .number(-0.5), .null, true, "", "2026-13-45", "9999-12-31", "0001-01-01", [], [:], ["a": [1, 2]],
    ]

    @Test("is refused, or decides; it never traps", arguments: OrderOperation.changing)
    func damaged(_ operation: OrderOperation) throws {
        let order = try PublishedExample.order(operation, isDryRun: false)
        guard case .change(let command) = order.command else { throw PublishedExample.Surprise() }
        var (refused, decided) = (0, 0)
        // A creation finds nothing; on what is there it must not trap either.
        for story in [operation, .renewSubscription] {
            let saved = SavedSnapshot(
                subscriptionID: command.subscriptionID,
                today: PublishedExample.today,
                snapshot: try PublishedExample.snapshot(of: story, for: command)
            )
            for damaged in saved.json.damages(Self.oddities) {
                do throws(SchemaViolation) {
                    let read = try SavedSnapshot(json: damaged)
                    preview(command, order, read)
                    decided += 1
                } catch {
                    #expect(!error.path.description.isEmpty || !error.message.isEmpty)
                    refused += 1
                }
            }
        }
        #expect(refused > 200 && decided > 200, "\(refused) refused, \(decided) decided")
    }

    private func preview(_ command: ChangeCommand, _ order: Order, _ saved: SavedSnapshot) {
        for patience in [Patience.left, .exhausted] {
            _ = Preview(
                of: command,
                in: ApplyContext(command, identity: order.envelope.identity),
                on: saved.snapshot,
                today: saved.today,
                patience: patience,
                lifecycle: Lifecycle(),
                planner: SentinelCallPlanner()
            )
        }
    }
}

extension JSON {
    /// It with one value in it replaced by each of these, or taken away.
    fileprivate func damages(_ oddities: [JSON]) -> [JSON] {
        switch self {
        case .object(let object):
            oddities
                + object.members.indices.flatMap { index in
                    var without = object
                    without.members.remove(at: index)
                    return [JSON.object(without)]
                        + object.members[index].value.damages(oddities).map { value in
                            var changed = object
                            changed.members[index].value = value
                            return .object(changed)
                        }
                }
        case .array(let elements):
            oddities
                + elements.indices.flatMap { index in
                    elements[index].damages(oddities).map { value in
                        var changed = elements
                        changed[index] = value
                        return JSON.array(changed)
                    }
                }
        case .null, .bool, .integer, .number, .string: oddities
        }
    }
}
