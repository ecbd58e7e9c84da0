import AMQP
import OrderFulfilment
import SubscriptionLifecycle

/// The conservation law as metrics: both sides of both equations (invariant 8).
enum ConservationMetrics {
    static func text(
        _ counters: LineCounters.Snapshot,
        _ ledger: LedgerStatistics?,
        _ readiness: Readiness
    ) -> String {
        var output = PrometheusText()
        output.metric(
            "order_worker_deliveries_total",
            "counter",
            "Deliveries taken from the broker. Equals the sum of settled and in flight.",
            [([], Double(counters.deliveries))]
        )
        output.metric(
            "order_worker_settled_total",
            "counter",
            "Deliveries settled, by what became of them.",
            Fate.allCases.map { ([("fate", $0.rawValue)], Double(counters.fates[$0] ?? 0)) }
        )
        output.metric(
            "order_worker_in_flight",
            "gauge",
            "Deliveries taken from the broker and not settled yet.",
            [([], Double(counters.inFlight))]
        )
        output.metric(
            "order_worker_outcomes_total",
            "counter",
            "Outcome events by routing key, without those published again.",
            counters.outcomes.sorted { $0.key < $1.key }.map { ([("event", $0.key)], Double($0.value)) }
        )
        output.metric(
            "order_worker_replays_total",
            "counter",
            "Outcomes published again.",
            [([], Double(counters.replays))]
        )
        output.metric(
            "order_worker_woken_total",
            "counter",
            "Commands woken from the ledger.",
            [([], Double(counters.woken))]
        )
        if let ledger { add(ledger, to: &output) }
        add(readiness, to: &output)
        return output.text
    }

    private static func add(_ ledger: LedgerStatistics, to output: inout PrometheusText) {
        output.metric(
            "order_worker_ledger_claimed",
            "gauge",
            "Commands in the ledger. Equals the sum of ended and open.",
            [([], Double(ledger.claimed))]
        )
        output.metric("order_worker_ledger_ended", "gauge", "Commands that have ended.", [([], Double(ledger.ended))])
        output.metric(
            "order_worker_ledger_open",
            "gauge",
            "Open commands by where they stand.",
            OrderRecord.State.allCases.filter { $0 != .ended }.map {
                ([("state", $0.rawValue)], Double(ledger.open[$0] ?? 0))
            }
        )
        output.metric(
            "order_worker_ledger_unannounced",
            "gauge",
            "Outcomes stored but not confirmed by the broker.",
            [([], Double(ledger.unannounced))]
        )
        output.metric(
            "order_worker_ledger_parked_bytes",
            "gauge",
            "Bytes of the messages of parked commands.",
            [([], Double(ledger.parkedBytes))]
        )
    }

    private static func add(_ readiness: Readiness, to output: inout PrometheusText) {
        output.metric("order_worker_ready", "gauge", "1 when ready.", [([], readiness.isReady ? 1 : 0)])
        output.metric(
            "order_worker_stale_settlements_total",
            "counter",
            "Settlements dropped because their connection was gone.",
            [([], Double(readiness.consumer.staleSettlements))]
        )
        output.metric(
            "order_worker_publisher_blocked",
            "gauge",
            "1 while the broker blocks the publisher.",
            [([], readiness.publisher.blocked == nil ? 0 : 1)]
        )
        output.metric(
            "order_worker_connection_epoch",
            "gauge",
            "Counts the consuming connections.",
            [([], Double(readiness.consumer.epoch))]
        )
        output.metric(
            "order_worker_paused",
            "gauge",
            "1 for each operation that is paused.",
            OrderOperation.allCases.map { operation in
                let isPaused = readiness.pauses.contains { $0.operation == operation }
                return ([("operation", operation.rawValue)], isPaused ? 1 : 0)
            }
        )
        output.metric(
            "order_worker_held_by_pause",
            "gauge",
            "Deliveries in flight that wait because their operation is paused.",
            [([], Double(readiness.heldByPause))]
        )
        output.metric(
            "order_worker_ems_concurrency_limit",
            "gauge",
            "Calls to EMS that may be under way at once, as learnt from how it answers.",
            [([], Double(readiness.ems.limit))]
        )
        output.metric(
            "order_worker_ems_calls_in_flight",
            "gauge",
            "Calls to EMS under way.",
            [([], Double(readiness.ems.underWay))]
        )
        output.metric(
            "order_worker_waiting_for_ems",
            "gauge",
            "Orders in hand that wait because EMS has all the calls that it takes.",
            [([], Double(readiness.ems.waiting))]
        )
        output.metric(
            "order_worker_intake_stopped",
            "gauge",
            "1 while nothing is taken in because the ledger keeps as many waiting commands as it may.",
            [([], readiness.parkedTrouble == nil ? 0 : 1)]
        )
        output.metric(
            "order_worker_ems_failing",
            "gauge",
            "1 while orders wait because EMS fails for everyone.",
            [([], readiness.isEMSFailing ? 1 : 0)]
        )
    }
}
