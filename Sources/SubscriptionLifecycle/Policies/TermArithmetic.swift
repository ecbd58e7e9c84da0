// How long a term is, as calendar arithmetic. Nothing is refused here: what leads out of the calendar is `nil`.

extension TermLength {
    /// The last day of a term that begins on that day: start + months − 1 day, or start + days − 1.
    ///
    /// Days of the month clamp: a month from 31 January ends on the day before 28 (29) February.
    public func lastDay(from start: LocalDate) -> LocalDate? {
        switch self {
        case .until(let end): end
        case .months(let months): start.adding(months: months)?.adding(days: -1)
        case .days(let days): start.adding(days: days - 1)
        }
    }

    /// The last day of the term that follows one which ended on that day.
    ///
    /// Days of the month clamp, and the last day of a month stays the last day: who pays up to the end of February gets
    /// all of March.
    public func lastDay(after end: LocalDate) -> LocalDate? {
        switch self {
        case .until(let end): end
        case .months(let months): end.adding(months: months, keepingMonthEnd: true)
        case .days(let days): end.adding(days: days)
        }
    }
}

extension Renewal.Base {
    /// Whether a next term begins today, and not on the day after the old end.
    public func isToday(_ today: LocalDate, after oldEnd: LocalDate) -> Bool {
        switch self {
        case .expiry: false
        case .todayIfExpired: oldEnd < today
        }
    }
}

extension Renewal {
    /// The new last day of what ended, or ends, on that day.
    public func lastDay(after oldEnd: LocalDate, today: LocalDate) -> LocalDate? {
        base.isToday(today, after: oldEnd) ? length.lastDay(from: today) : length.lastDay(after: oldEnd)
    }
}
