public import Foundation
public import SubscriptionLifecycle

/// Where the line gets its time, its days, its waits and its jitter from: the only impure values it needs.
public struct Timekeeper: Sendable {
    /// The time of day, for records and events.
    public var now: @Sendable () -> Date
    /// Seconds that only go forward, for waits and deadlines.
    public var uptime: @Sendable () -> Double
    /// The day in the business time zone.
    public var today: @Sendable () -> LocalDate
    /// Waits that many seconds; returns early when the task is cancelled.
    public var sleep: @Sendable (Double) async -> Void
    /// Something from 0 to 1.
    public var jitter: @Sendable () -> Double

    /// Takes each source of time as given.
    public init(
        now: @escaping @Sendable () -> Date,
        uptime: @escaping @Sendable () -> Double,
        today: @escaping @Sendable () -> LocalDate,
        sleep: @escaping @Sendable (Double) async -> Void,
        jitter: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.uptime = uptime
        self.today = today
        self.sleep = sleep
        self.jitter = jitter
    }

    /// The machine's clock, with days as that time zone has them.
    public static func system(timeZone: TimeZone) -> Timekeeper {
        let start = ContinuousClock.now
        let calendar = BusinessCalendar(timeZone: timeZone)
        return Timekeeper(
            now: { Date() },
            uptime: { (ContinuousClock.now - start) / .seconds(1) },
            today: { calendar.day(of: Date()) },
            sleep: { seconds in try? await Task.sleep(for: .seconds(seconds)) },
            jitter: { Double.random(in: 0...1) }
        )
    }
}
