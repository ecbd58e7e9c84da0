import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// A command of the ledger as `--json` shows it to programs: names and values as in outcome events.
struct OrderView: Encodable {
    struct Change: Encodable {
        var field: String
        var from: String?
        var to: String?
    }

    struct Decision: Encodable {
        var previousState: String
        var state: String
        var baseVersion: Int
        var changes: [Change]
    }

    struct IntentView: Encodable {
        var id: String
        var call: String
        var fate: String
        var deadline: Date
    }

    var id: String
    var source: String
    var operation: String
    var subscriptionId: String
    var expectedVersion: Int?
    var state: String
    var outcome: String?
    var code: String?
    var detail: String?
    var attempts: Int
    var round: Int
    var receivedAt: Date
    var due: Date?
    var endedAt: Date?
    var announced: Bool
    var decision: Decision?
    var intents: [IntentView]
    var outcomeEvent: String?

    init(_ record: OrderRecord) {
        id = record.identity.id
        source = record.identity.source
        operation = record.operation.rawValue
        subscriptionId = record.subscriptionID
        expectedVersion = record.expectedVersion
        state = record.state.rawValue
        outcome = record.outcome?.rawValue
        code = record.code
        detail = record.detail
        attempts = record.attempts
        round = record.round
        receivedAt = record.receivedAt
        due = record.due
        endedAt = record.endedAt
        announced = record.isAnnounced
        decision = record.decision.map { decision in
            Decision(
                previousState: decision.previousState.rawValue,
                state: decision.state.rawValue,
                baseVersion: decision.baseVersion,
                changes: decision.changes.map {
                    Change(field: $0.field.description, from: $0.base.map(\.words), to: $0.target.map(\.words))
                }
            )
        }
        intents = record.intents.map {
            IntentView(id: $0.id, call: $0.call, fate: $0.fate.rawValue, deadline: $0.deadline)
        }
        outcomeEvent = record.outcomeEvent
    }
}

extension Fact {
    /// The value in words.
    var words: String {
        switch self {
        case .text(let text): text
        case .count(let number): String(number)
        case .flag(let flag): String(flag)
        case .date(let date): date.description
        case .line(let draft): "\(draft.item.quantity) × \(draft.item.product)"
        }
    }
}
