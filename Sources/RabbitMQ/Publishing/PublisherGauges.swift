import AMQP
import CoreMetrics

/// What is true of the publishing connection, told about once a second.
struct PublisherGauges {
    private let blocked = Gauge(label: "rabbitmq_publishing_blocked")
    private let unconfirmed = Gauge(label: "rabbitmq_unconfirmed")
    private let held = Gauge(label: "rabbitmq_publishings_held")
    private let waiting = Gauge(label: "rabbitmq_publishers_waiting")
    private var next = ContinuousClock.now
    private var wasBlocked: Bool?

    /// `held` are in memory, `outside` wait for room there.
    mutating func record(
        now: ContinuousClock.Instant,
        unconfirmed: Int,
        held: @autoclosure () -> Int,
        outside: @autoclosure () -> Int,
        isBlocked: Bool
    ) {
        guard now >= next || isBlocked != wasBlocked else { return }
        next = now + .seconds(1)
        wasBlocked = isBlocked
        blocked.record(isBlocked ? 1 : 0)
        self.unconfirmed.record(unconfirmed)
        self.held.record(held())
        waiting.record(outside())
    }
}
