import CoreMetrics

/// What the consuming connection counts.
struct ConsumerCounters {
    let connections = Counter(label: "rabbitmq_connections_total", dimensions: [("role", "consumer")])
    let deliveries = Counter(label: "rabbitmq_deliveries_total")
    let acknowledged = Counter(label: "rabbitmq_settlements_total", dimensions: [("settlement", "acknowledge")])
    let requeued = Counter(label: "rabbitmq_settlements_total", dimensions: [("settlement", "requeue")])
    /// Deliveries that nobody had read when their connection ended.
    let abandoned = Counter(label: "rabbitmq_abandoned_total")
    let staleSettlements = Counter(label: "rabbitmq_stale_settlements_total")
}
