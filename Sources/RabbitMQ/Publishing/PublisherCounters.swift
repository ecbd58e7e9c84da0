import AMQP
import CoreMetrics

/// What the publishing connection counts.
struct PublisherCounters {
    let connections = Counter(label: "rabbitmq_connections_total", dimensions: [("role", "publisher")])
    let published = Counter(label: "rabbitmq_published_total")
    let confirmed = Counter(label: "rabbitmq_confirmed_total")
    let refused = Counter(label: "rabbitmq_refused_total")
    let returned = Counter(label: "rabbitmq_returned_total")
    let unknown = Counter(label: "rabbitmq_unknown_total")

    /// Counts answers to publishings.
    func count(_ results: some Collection<Result<Void, PublishFailure>>) {
        var (confirmed, refused, returned, unknown) = (0, 0, 0, 0)
        for result in results {
            switch result {
            case .success: confirmed += 1
            case .failure(.refused): refused += 1
            case .failure(.unroutable): returned += 1
            case .failure(.unknown), .failure(.invalid), .failure(.closed): unknown += 1
            }
        }
        for (counter, number) in [
            (self.confirmed, confirmed), (self.refused, refused), (self.returned, returned), (self.unknown, unknown),
        ] where number > 0 {
            counter.increment(by: number)
        }
    }
}
