import CoreMetrics

/// What the publishing connection counts.
struct PublisherCounters {
    let connections = Counter(label: "rabbitmq_connections_total", dimensions: [("role", "publisher")])
    let published = Counter(label: "rabbitmq_published_total")
    let confirmed = Counter(label: "rabbitmq_confirmed_total")
    let refused = Counter(label: "rabbitmq_refused_total")
    let returned = Counter(label: "rabbitmq_returned_total")
    let unknown = Counter(label: "rabbitmq_unknown_total")
}
