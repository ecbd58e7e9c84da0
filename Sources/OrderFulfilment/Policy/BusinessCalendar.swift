public import Foundation
public import SubscriptionLifecycle

/// Which day it is for the vendor's business: terms end at midnight of one time zone, wherever a worker runs.
public struct BusinessCalendar: Hashable, Sendable {
    private let calendar: Calendar

    /// The days as that time zone has them.
    public init(timeZone: TimeZone) {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = timeZone
        self.calendar = calendar
    }

    /// The day that an instant belongs to.
    ///
    /// The epoch for an instant outside the years 1 to 9999, which no machine's clock shows.
    public func day(of instant: Date) -> LocalDate {
        let parts = calendar.dateComponents([.era, .year, .month, .day], from: instant)
        guard parts.era == 1, let year = parts.year, let month = parts.month, let day = parts.day else { return .epoch }
        return LocalDate(year: year, month: month, day: day) ?? .epoch
    }
}
