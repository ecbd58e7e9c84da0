import AMQP
import CoreMetrics

/// What is true of the consuming connection, told about once a second.
struct ConsumerGauges {
    private let unsettled = Gauge(label: "rabbitmq_unsettled")
    private let age = Gauge(label: "rabbitmq_oldest_unsettled_seconds")
    private var next = ContinuousClock.now

    /// `oldest` is when the oldest unsettled delivery came.
    mutating func record(now: ContinuousClock.Instant, unsettled: Int, oldest: ContinuousClock.Instant?) {
        guard now >= next else { return }
        next = now + .seconds(1)
        self.unsettled.record(unsettled)
        age.record(oldest.map { $0.duration(to: now) / .seconds(1) } ?? 0)
    }
}
