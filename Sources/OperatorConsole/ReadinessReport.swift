import AMQP
import Foundation
import OrderFulfilment
import SubscriptionLifecycle

/// The answer of `/readyz`.
struct ReadinessReport: Encodable {
    struct Queue: Encodable {
        var consuming: Bool
    }

    struct Consumer: Encodable {
        var epoch: UInt64
        var unsettled: Int
        var staleSettlements: UInt64
        var secondsSinceLastTurn: Double
    }

    struct Publisher: Encodable {
        var canConfirm: Bool
        var blocked: String?
        var unconfirmed: Int
        var secondsSinceLastTurn: Double
    }

    var ready: Bool
    var troubles: [String]
    var queues: [String: Queue]
    var consumer: Consumer
    var publisher: Publisher
    var ledger: String
    var ems: String
    var paused: [String: Pause]
    var heldByPause: Int

    struct Pause: Encodable {
        var by: String
        var since: String
        var reason: String?
    }

    init(_ readiness: Readiness) {
        ready = readiness.isReady
        troubles = readiness.troubles
        queues = Dictionary(
            readiness.queues.map { ($0.name.rawValue, Queue(consuming: $0.isConsuming)) },
            uniquingKeysWith: { $1 }
        )
        consumer = Consumer(
            epoch: readiness.consumer.epoch,
            unsettled: readiness.consumer.unsettled,
            staleSettlements: readiness.consumer.staleSettlements,
            secondsSinceLastTurn: readiness.consumer.secondsSinceLastTurn
        )
        publisher = Publisher(
            canConfirm: readiness.publisher.canConfirm,
            blocked: readiness.publisher.blocked,
            unconfirmed: readiness.publisher.unconfirmed,
            secondsSinceLastTurn: readiness.publisher.secondsSinceLastTurn
        )
        ledger = readiness.ledgerTrouble ?? "answers"
        paused = Dictionary(
            readiness.pauses.map {
                ($0.operation.rawValue, Pause(by: $0.by, since: $0.since.formatted(.iso8601), reason: $0.reason))
            },
            uniquingKeysWith: { $1 }
        )
        heldByPause = readiness.heldByPause
        ems = readiness.isEMSFailing ? "fails for everyone; orders wait" : "answers"
    }
}
