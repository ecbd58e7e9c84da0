import AMQP
import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// One command in an ``InMemoryLedger``.
struct LedgerRow: Sendable {
    var number: Int
    var request: ClaimRequest
    var state = OrderRecord.State.inHand
    var place: Int?
    var awaits = 0
    var due: Date?
    var isReleased = false
    var isSuspect = false
    var isDeclaredApplied = false
    var patience = Patience.left
    var fence: Int64 = 0
    var attempts = 0
    var round = 1
    var decision: Decision?
    var intents: [Intent] = []
    var detail: String?
    var ending: Ending?
    var publishings: [Publishing] = []
    var isAnnounced = false
    var caseFile: CaseFile?

    /// Adds to its case file; what is kept of one that is parked again and again is bounded.
    mutating func keep(_ file: CaseFile?, isLast: Bool = false) {
        guard let file else { return }
        var kept = caseFile ?? CaseFile()
        kept.inputs = file.inputs ?? kept.inputs
        let isRepeated = kept.entries.firstRange(of: file.entries) != nil
        if !isRepeated, isLast || kept.entries.count < 200 { kept.entries += file.entries }
        caseFile = kept
    }

    init(number: Int, request: ClaimRequest) {
        self.number = number
        self.request = request
    }

    var lane: String { request.subscriptionID.description }

    var isHead: Bool { state == .inHand || state == .retrying }

    var storedOutcome: StoredOutcome {
        StoredOutcome(
            identity: request.identity,
            round: round,
            outcome: ending?.outcome ?? .succeeded,
            isAnnounced: isAnnounced,
            publishings: publishings
        )
    }

    var record: OrderRecord {
        OrderRecord(
            identity: request.identity,
            operation: request.operation,
            subscriptionID: lane,
            expectedVersion: request.expectedVersion,
            state: state,
            outcome: ending?.outcome,
            code: ending?.code,
            detail: detail,
            attempts: attempts,
            round: round,
            receivedAt: request.receivedAt,
            due: due,
            endedAt: ending?.endedAt,
            isAnnounced: isAnnounced,
            decision: decision,
            intents: intents,
            outcomeEvent: publishings.last.map { String(decoding: $0.body, as: UTF8.self) }
        )
    }
}
